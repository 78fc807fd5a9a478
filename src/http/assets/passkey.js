/*
 * Passkeys on `form[data-passkey]`: `create` makes one, `get` and `sign-in` answer with one. The options
 * of the server are in `data-options`; the answer goes as JSON into the hidden input `credential`, and
 * the form is sent as any other. What is in `[data-passkey-controls]` is hidden without this script. Words
 * for people come from `data-failed`, `data-cancelled`, `data-duplicate` and `data-unsupported` and are
 * shown in `[data-passkey-status]`, an aria-live region. In mode `sign-in` the browser also offers
 * passkeys in the field for the username (`autocomplete="username webauthn"`), where it can. A hidden input
 * with `data-copies` says what the box with that id on another form says.
 */

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))

const toText = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

/* Options and answers as JSON are newer than passkeys (WebAuthn Level 3, section 5.1). */

function readCreation(options) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(options)
  }
  return {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(withBytes),
  }
}

function readRequest(options) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(options)
  }
  return {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(withBytes),
  }
}

const withBytes = (descriptor) => ({ ...descriptor, id: toBytes(descriptor.id) })

function writeCredential(credential) {
  try {
    return JSON.stringify(credential.toJSON())
  } catch {
    // Older browsers have no toJSON, and password managers hand out objects whose own one fails.
    return JSON.stringify(byHand(credential))
  }
}

function byHand({ id, rawId, type, authenticatorAttachment, response }) {
  const names = [
    'clientDataJSON',
    'attestationObject',
    'authenticatorData',
    'signature',
    'userHandle',
  ]
  const parts = names.filter((name) => response[name]).map((name) => [name, toText(response[name])])
  const transports = response.getTransports?.()
  return {
    id,
    rawId: toText(rawId),
    type,
    ...(authenticatorAttachment && { authenticatorAttachment }),
    clientExtensionResults: {},
    response: { ...Object.fromEntries(parts), ...(transports && { transports }) },
  }
}

/** Sent past the listeners of `submit`, which would ask the authenticator again. */
function send(form, credential) {
  form.querySelector('input[name="credential"]').value = writeCredential(credential)
  for (const input of form.querySelectorAll('input[data-copies]')) {
    const box = document.getElementById(input.dataset.copies)
    input.value = box?.checked ? box.value : ''
  }
  HTMLFormElement.prototype.submit.call(form)
}

function wordsFor({ name }, { failed, cancelled, duplicate }) {
  if (name === 'NotAllowedError' || name === 'AbortError') return cancelled
  return name === 'InvalidStateError' ? (duplicate ?? failed) : failed
}

function prepare(form) {
  const { passkey: mode, options: json, failed, cancelled, duplicate } = form.dataset
  const status = form.querySelector('[data-passkey-status]')
  const options = JSON.parse(json)
  const offer = mode === 'sign-in' ? offerInField(form, options) : undefined
  let busy = false

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (busy) return
    busy = true
    status.textContent = ''
    form.setAttribute('aria-busy', 'true')
    try {
      await offer?.end()
      const credential =
        mode === 'create'
          ? await navigator.credentials.create({ publicKey: readCreation(options) })
          : await navigator.credentials.get({ publicKey: readRequest(options) })
      send(form, credential)
    } catch (error) {
      status.textContent = wordsFor(error, { failed, cancelled, duplicate })
      form.removeAttribute('aria-busy')
      busy = false
    }
  })
  // Whoever comes back to the page by the button of the browser can try again.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    form.removeAttribute('aria-busy')
    busy = false
  })
  form.querySelector('[data-passkey-controls]').hidden = false
}

/** A browser runs one request at a time: this one ends before the button starts another. */
function offerInField(form, options) {
  const controller = new AbortController()
  const wait = async () => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
    if (controller.signal.aborted) return
    const publicKey = readRequest(options)
    const { signal } = controller
    send(form, await navigator.credentials.get({ publicKey, mediation: 'conditional', signal }))
  }
  // Nobody has asked for it, so nobody hears when it fails.
  const done = wait().catch(() => {})
  return {
    end() {
      controller.abort()
      return done
    },
  }
}

async function tellCapable(inputs) {
  if (inputs.length === 0) return
  const capable = await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
  for (const input of inputs) if (capable) input.value = 'yes'
}

const forms = document.querySelectorAll('form[data-passkey]')
if (typeof PublicKeyCredential === 'function') {
  for (const form of forms) prepare(form)
  void tellCapable(document.querySelectorAll('input[type=hidden][data-passkey-capable]'))
} else {
  for (const form of forms) {
    form.querySelector('[data-passkey-status]').textContent = form.dataset.unsupported
  }
}
