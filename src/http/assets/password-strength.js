// Tells while someone types how easy a new password is to guess. The password stays on this computer:
// it goes to a worker whose policy lets it open no connection.
const pause = 400

for (const input of document.querySelectorAll('input[data-strength]')) {
  input.addEventListener('focus', () => begin(input), { once: true })
  if (document.activeElement === input) begin(input)
}

function begin(input) {
  const { strengthWorker, least, leastScore } = input.dataset
  const texts = JSON.parse(input.dataset.strength)
  const meter = document.getElementById(`${input.id}-meter`)
  const status = document.getElementById(`${input.id}-strength`)
  if (meter === null || status === null) return
  const worker = new Worker(strengthWorker)
  let asked = 0
  let timer

  const tell = (score, words) => {
    meter.hidden = words === ''
    meter.value = score + 1
    status.textContent = words
  }
  const ask = () => {
    asked += 1
    const password = input.value.normalize('NFC')
    if (password === '') return tell(0, '')
    if ([...password].length < Number(least)) return tell(0, texts.short)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    worker.postMessage({ id: asked, password, words: knownWords(input) })
  }
  worker.addEventListener('message', ({ data: { id, score, weakness } }) => {
    if (id !== asked) return
    const level = texts.levels[score] ?? ''
    const good = score > 2 && score >= Number(leastScore)
    tell(score, good ? level : `${level} ${texts.weaknesses[weakness] ?? ''}`)
  })
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, pause)
  })
  if (input.value !== '') ask()
}

// What others know of the person: what the server said, and the other fields of the form.
function knownWords(input) {
  const fields = input.form?.querySelectorAll('input:not([type=password]):not([type=hidden])') ?? []
  const typed = [...fields].filter((field) => field !== input).map((field) => field.value)
  const texts = [input.dataset.context ?? '', ...typed].map((text) => text.toLowerCase())
  const words = texts.flatMap((text) => [
    ...text.split(/[\s@]+/),
    ...text.split(/[^\p{L}\p{M}\p{N}]+/u),
  ])
  const useful = words.filter((word) => word.length > 2 && word.length <= 64)
  return [...new Set(useful)].slice(0, 40)
}
