/*
 * Solves the proof of work of `form[data-challenge]` and puts the answer into its hidden input
 * `challenge_answer`. Works in short slices, so that the page stays usable; whoever submits the form
 * earlier waits for the rest. Words for people come from the attributes `data-working`, `data-ready`
 * and `data-failed` of the form and are shown in its `[data-challenge-status]`, an aria-live region;
 * a `progress[data-challenge-progress]` in it moves along, if there is one.
 */

/** Milliseconds of work between two chances for the page. */
const slice = 12

/* SHA-256 (FIPS 180-4), because crypto.subtle does not exist on a page that came by plain HTTP, and
   because one promise for each of many thousand hashes costs more than the hash. */

const primes = []
for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p !== 0)) primes.push(n)
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0
const roundKeys = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)))
const initial = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)))
const schedule = new Int32Array(64)
const rotate = (x, n) => (x >>> n) | (x << (32 - n))

function compress(state, block) {
  const w = schedule
  for (let i = 0; i < 16; i += 1) w[i] = block.getInt32(i * 4)
  for (let i = 16; i < 64; i += 1) {
    const [early, late] = [w[i - 15], w[i - 2]]
    const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + roundKeys[i] + w[i]) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const words = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i += 1) state[i] = (state[i] + words[i]) | 0
}

/** The digest of at most 55 bytes, which is one block. */
export function sha256(bytes) {
  const block = new DataView(new ArrayBuffer(64))
  bytes.forEach((byte, i) => {
    block.setUint8(i, byte)
  })
  block.setUint8(bytes.length, 0x80)
  block.setUint32(60, bytes.length * 8)
  const state = initial.slice()
  compress(state, block)
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => {
    digest.setInt32(i * 4, word)
  })
  return new Uint8Array(digest.buffer)
}

const fromHex = (text) =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const pause = () => new Promise((resolve) => setTimeout(resolve, 0))

/** The answer to a challenge, as base64 text. */
export async function solve(challenge, tellProgress = () => {}) {
  const puzzle = JSON.parse(atob(challenge))
  const { salt, nonce, cost, keyPrefix } = puzzle.parameters
  const [front, middle] = [fromHex(salt), fromHex(nonce)]
  const first = new Uint8Array(front.length + middle.length + 4)
  first.set(front)
  first.set(middle, front.length)
  const counterAt = new DataView(first.buffer, first.length - 4)
  const meanTries = 16 ** keyPrefix.length
  let sliceEnd = performance.now() + slice
  for (let counter = 0; counter < 2 ** 32; counter += 1) {
    counterAt.setUint32(0, counter)
    let key = first
    for (let i = 0; i < cost; i += 1) key = sha256(key)
    const derivedKey = toHex(key)
    if (derivedKey.startsWith(keyPrefix)) {
      return btoa(JSON.stringify({ challenge: puzzle, solution: { counter, derivedKey } }))
    }
    if (performance.now() < sliceEnd) continue
    // How likely it is that somebody would be done by now: never goes back and never quite ends.
    tellProgress(1 - Math.exp(-counter / meanTries))
    await pause()
    sliceEnd = performance.now() + slice
  }
  throw new Error('no solution')
}

async function prepare(form) {
  const status = form.querySelector('[data-challenge-status]')
  const bar = form.querySelector('progress[data-challenge-progress]')
  const { working, ready, failed, challenge } = form.dataset
  const say = (text) => {
    if (status && text !== undefined) status.textContent = text
  }
  let [done, waiting, submitter] = [false, false, null]
  form.addEventListener('submit', (event) => {
    if (done) return
    event.preventDefault()
    waiting = true
    submitter = event.submitter
    form.setAttribute('aria-busy', 'true')
  })
  say(working)
  try {
    const answer = await solve(challenge, (part) => {
      if (bar) bar.value = part
    })
    form.querySelector('input[name="challenge_answer"]').value = answer
    say(ready)
  } catch {
    say(failed)
  }
  done = true
  if (bar) bar.value = 1
  form.removeAttribute('aria-busy')
  // Also without an answer: the server then says what is missing, and the form is no dead end.
  if (waiting) form.requestSubmit(submitter)
}

if (typeof document !== 'undefined') {
  for (const form of document.querySelectorAll('form[data-challenge]')) void prepare(form)
}
