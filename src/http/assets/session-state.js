/*
 * The frame of OpenID Connect Session Management 1.0 (section 3.2): a client asks it by
 * `postMessage('<client_id> <session_state>')` whether somebody else has signed in or out since, and is answered
 * `unchanged`, `changed` or `error`. It compares a hash over what the cookie says now; nothing is sent anywhere.
 */

const secure = location.protocol === 'https:'
const cookie = secure ? '__Host-cardea_state' : 'cardea_state'

/** Read at every question, for it changes in other windows. */
function browserState() {
  const pairs = document.cookie.split('; ').map((pair) => pair.split('='))
  return pairs.find(([name]) => name === cookie)?.[1] ?? ''
}

async function hash(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  const binary = Array.from(new Uint8Array(digest), (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** The last word is the state; a client_id may have spaces. */
async function judge(message, origin) {
  if (typeof message !== 'string') return 'error'
  const [, clientId, told, salt] = /^(.+) ([\w-]{43})\.([\w-]{1,64})$/.exec(message) ?? []
  if (clientId === undefined) return 'error'
  const state = browserState()
  const now = await hash(`${clientId} ${origin} ${state} ${salt}`)
  // Nobody was told of a browser where nobody is signed in: whoever asks for that wants to know whether somebody is.
  return state !== '' && now === told ? 'unchanged' : 'changed'
}

async function answer({ data, origin, source }) {
  // Frames without an origin of their own could not be answered to alone.
  if (!source || origin === 'null' || source === window) return
  source.postMessage(await judge(data, origin).catch(() => 'error'), origin)
}

addEventListener('message', (event) => void answer(event))
