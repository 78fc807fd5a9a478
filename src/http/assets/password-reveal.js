// A button beside each password field that shows what was typed. Without this script there is none.
for (const input of document.querySelectorAll('input[data-reveal]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'reveal'
  button.textContent = input.dataset.reveal
  button.setAttribute('aria-label', input.dataset.revealLabel)
  button.setAttribute('aria-controls', input.id)
  const show = (shown) => {
    input.type = shown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(shown))
  }
  show(false)
  button.addEventListener('click', () => show(input.type === 'password'))
  // Browsers remember what is typed into text fields; a password is sent as one.
  input.form?.addEventListener('submit', () => show(false))
  input.after(button)
}
