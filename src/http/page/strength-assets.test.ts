import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { translator } from '../../i18n/index.ts'
import { currentPasswordField, newPasswordField } from './password-field.ts'
import { loadStrengthAssets } from './strength-assets.ts'

const assets = loadStrengthAssets(2)
const t = translator('en')

type Answer = { readonly id: number; readonly score: number; readonly weakness: string }

/** The worker's own text in a world with nothing but the two things it talks through. */
function startWorker() {
  const answers: Answer[] = []
  let listen: (event: { data: unknown }) => void = () => undefined
  const self: Record<string, unknown> = {
    addEventListener: (_type: string, listener: typeof listen) => {
      listen = listener
    },
    postMessage: (answer: Answer) => answers.push({ ...answer }),
  }
  self.self = self
  const text = assets.files.get(assets.worker)?.body().toString() ?? ''
  runInNewContext(text, self)
  return { text, ask: (data: unknown) => listen({ data }), answers }
}

test('the worker is one file that loads nothing and estimates by itself', () => {
  const { text, ask, answers } = startWorker()
  assert.doesNotMatch(text, /importScripts|sourceMappingURL|^\s*import\s/m)
  ask({ id: 1, password: 'password1', words: [] })
  ask({ id: 2, password: 'correct horse battery staple', words: [] })
  ask({ id: 3, password: 'lovelace', words: ['lovelace'] })
  ask({ id: 4, password: '4@1!s5$e3o0t7'.repeat(78), words: [] })
  const [common, strong, personal, long] = answers
  assert.deepEqual(common, { id: 1, score: 0, weakness: 'common' })
  assert.equal(strong?.score, 4)
  assert.deepEqual(personal, { id: 3, score: 0, weakness: 'personal' })
  assert.equal(long?.id, 4)
})

test('every address has a body, and the same content has the same address', () => {
  const again = loadStrengthAssets(2)
  assert.deepEqual([...again.files.keys()], [...assets.files.keys()])
  assert.deepEqual([...assets.files.keys()], [assets.reveal, assets.meter, assets.worker])
  for (const { type, body } of assets.files.values()) {
    assert.match(type, /^text\/javascript/)
    assert.ok(body().length > 100)
  }
})

test('a field for a new password has its texts and its context in attributes, escaped', () => {
  const field = newPasswordField({
    t: translator('de'),
    name: 'password',
    label: 'Neues <Passwort>',
    minLength: 12,
    context: ['"><script>', 'ada@example.com'],
    error: 'Zu kurz',
    assets,
  })
  assert.match(field, /<label for="password">Neues &#60;Passwort&#62;<\/label>/)
  assert.match(field, /autocomplete="new-password" minlength="12"/)
  assert.doesNotMatch(field, /"><script>/)
  assert.match(field, /aria-describedby="password-error"/)
  assert.match(field, /role="status"/)
  assert.match(field, /Verwenden Sie mindestens 12 Zeichen/)
  assert.doesNotMatch(field, / style=| value="[^0]/)
})

test('a score that the server would refuse is not called acceptable', () => {
  const props = { t, name: 'password', label: 'Password', minLength: 8, assets }
  assert.match(newPasswordField(props), /Acceptable\./)
  const strict = newPasswordField({ ...props, assets: { ...assets, least: 3 } })
  assert.doesNotMatch(strict, /Acceptable\./)
  assert.match(strict, /Not strong enough\.[^[]*Strong\./)
  assert.match(strict, /low="3.5" high="3.5"/)
})

test('without the scripts a field still works, with nothing that would not', () => {
  const field = newPasswordField({ t, name: 'password', label: 'Password', minLength: 8 })
  assert.doesNotMatch(field, /script|data-|meter|status/)
  const current = currentPasswordField({ t, name: 'current', label: 'Now', hint: 'H', assets })
  assert.match(current, /autocomplete="current-password"/)
  assert.match(current, /data-reveal-label="Show password"/)
  assert.match(current, /aria-describedby="current-hint"/)
  assert.doesNotMatch(current, /data-strength|minlength/)
})
