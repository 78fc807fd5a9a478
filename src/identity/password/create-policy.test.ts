import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { dictionary } from '@zxcvbn-ts/language-common'
import * as fc from 'fast-check'
import { translator } from '../../i18n/index.ts'
import { countClasses } from './classes.ts'
import { contextWords, isMadeOf } from './context-words.ts'
import type { PolicySettings } from './create-policy.ts'
import { createPasswordPolicy } from './create-policy.ts'
import type { Judgement, Question } from './strength/judge.ts'
import { createStrengthThread } from './strength/strength-thread.ts'
import { weaknessWords } from './strength/weakness-words.ts'

const strength = createStrengthThread()
const defaults: PolicySettings = {
  minLength: 8,
  minStrength: 2,
  minClasses: 0,
  breachedFile: '',
  breachedUrl: '',
  breachedTimeout: 1,
}
const ada = ['ada', 'ada.lovelace@example.com', 'Ada Lovelace']

function policy(settings: Partial<PolicySettings> = {}) {
  return createPasswordPolicy({
    settings: { ...defaults, ...settings },
    log: { warn: () => assert.fail('nothing to warn of') },
    fetch: () => assert.fail('nothing is asked for'),
    context: ['Cardea', 'login.tidewater.example'],
    strength,
  })
}

async function refusal(password: string, settings: Partial<PolicySettings> = {}) {
  const checked = await policy(settings).check(password, ada)
  return checked.ok ? undefined : checked.words
}

test('a strong passphrase and what password managers make are accepted in NFC', async () => {
  assert.deepEqual(await policy().check('cre\u0300me bru\u0302le\u0301e und Regen', ada), {
    ok: true,
    value: 'crème brûlée und Regen',
  })
  const made = [
    'correct horse battery staple',
    'kT9#vR2m!xQ7pL4z',
    'zzYt-8fQe-Lm3x-Wq0p',
    '🦊🌊🪁🎻🥝🚲🪐🧭',
    ...Array.from({ length: 20 }, () => randomBytes(12).toString('base64url')),
  ]
  for (const password of made) assert.equal(await refusal(password, { minStrength: 3 }), undefined)
})

test('length is refused first, in code points, and 1024 of them are accepted', async () => {
  assert.equal(await refusal('🦊'.repeat(7)), 'The password must have 8 to 1024 characters.')
  const long = randomBytes(512).toString('hex')
  assert.equal(await refusal(long), undefined)
  assert.equal(await refusal(`${long}x`), 'The password must have 8 to 1024 characters.')
  const twelve = { minLength: 12 }
  assert.equal(
    await refusal('kT9#vR2m!xQ', twelve),
    'The password must have 12 to 1024 characters.',
  )
})

test('ASVS 6.2.4: the 3000 most used passwords that are long enough are refused, in any case', async () => {
  const top = dictionary['passwords-common'].filter((word) => word.length >= 8).slice(0, 3000)
  assert.equal(top.length, 3000)
  for (const word of top) {
    const typed = word.toUpperCase()
    assert.notEqual(await refusal(typed, { minStrength: 0 }), undefined, typed)
  }
  assert.equal(await refusal('password1', { minStrength: 0 }), weaknessWords.common)
  assert.equal(await refusal('ＰＡＳＳＷＯＲＤ１', { minStrength: 0 }), weaknessWords.common)
})

test('ASVS 6.2.11: a password of words from its context is refused, even without an estimate', async () => {
  const made = [
    'cardea-ada-2026',
    'Lovelace1815',
    'ada.lovelace',
    'TideWater!!!!!',
    'example example 1',
  ]
  for (const password of made) {
    assert.equal(await refusal(password, { minStrength: 0 }), weaknessWords.personal, password)
  }
  assert.equal(await refusal('ada watches tall ships at noon'), undefined)
  assert.equal(
    await refusal('Ada.Lovelace@example.com'),
    'The password must differ from the username and the email address.',
  )
})

test('what is easy to guess is refused with one reason and one piece of advice', async () => {
  const reasons = {
    'qwertyuiop[]': weaknessWords.keyboard,
    abcabcabcabc: weaknessWords.repeat,
    abcdefghij: weaknessWords.sequence,
    '19.11.1987': weaknessWords.date,
    P4ssword: weaknessWords.common,
  }
  for (const [password, words] of Object.entries(reasons)) {
    assert.equal(await refusal(password), words, password)
  }
})

test('the least strength is a setting, and 0 switches the estimate off', async () => {
  const word = 'summer2031'
  assert.notEqual(await refusal(word, { minStrength: 2 }), undefined)
  assert.equal(await refusal(word, { minStrength: 1 }), undefined)
  assert.notEqual(await refusal('abcabcabcabc', { minStrength: 1 }), undefined)
  assert.equal(await refusal('abcabcabcabc', { minStrength: 0 }), undefined)
})

test('classes are counted by the properties of Unicode, and only when asked for', async () => {
  assert.equal(countClasses('äß'), 1)
  assert.equal(countClasses('ÄäǅΩ'), 2)
  assert.equal(countClasses('٣৪7'), 1)
  assert.equal(countClasses('漢字 -🦊'), 1)
  assert.equal(countClasses('aB3 '), 4)
  const words = (n: string) =>
    `The password must mix ${n} of these: lower case, upper case, digits, other characters.`
  assert.equal(await refusal('kvrmxqplwzhtn', { minClasses: 2 }), words('two'))
  assert.equal(await refusal('kvrmxqpl7wzht', { minClasses: 3 }), words('three'))
  assert.match((await refusal('kvRMxqpl7wzht', { minClasses: 4 })) ?? '', /lower case, upper case/)
  assert.equal(await refusal('kvRMxqpl7-wzht', { minClasses: 4 }), undefined)
})

test('words of the context never make a password worse that has enough of its own', () => {
  const own = fc.stringMatching(/^[b-df-hj-np-tv-z]{9,30}$/)
  fc.assert(
    fc.property(own, fc.array(fc.string(), { maxLength: 5 }), (password, texts) => {
      const words = contextWords(texts).filter((word) => !password.includes(word))
      assert.ok(!isMadeOf(password, words))
      assert.ok(isMadeOf(`${password}-2026`, contextWords([password])))
    }),
  )
})

test('an account with endless names gives a bounded number of short words', () => {
  const words = contextWords([
    Array.from({ length: 500 }, (_, i) => `name${i}`).join(' '),
    'x'.repeat(99),
  ])
  assert.equal(words.length, 40)
  assert.ok(words.every((word) => word.length <= 64))
})

test('a password made to be slow holds up neither the server nor the answer', async () => {
  const thread = createStrengthThread()
  const ask = (password: string): Promise<Judgement> => {
    const question: Question = { password, words: ada, estimate: true }
    return thread(question)
  }
  await ask('warm-up')
  const hostile = [
    '4@1!s5$e3o0t7'.repeat(78),
    '1234567890'.repeat(102),
    '$'.repeat(1024),
    '1-1-87 '.repeat(146),
  ]
  const begun = performance.now()
  const answers = Promise.all(hostile.map(ask))
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 1)
  await answers
  clearInterval(timer)
  const took = performance.now() - begun
  assert.ok(took < 5000, `${took} ms`)
  assert.ok(turns > 10, 'the event loop went on meanwhile')
})

test('the thread ends when nobody asks and begins anew with the next question', async () => {
  const thread = createStrengthThread({ idleMs: 20 })
  const question = { password: 'password1', words: [], estimate: false }
  assert.equal((await thread(question)).isCommon, true)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal((await thread(question)).isCommon, true)
})

test('every reason for a refusal has its German words', async () => {
  const de = translator('de')
  const words = [
    ...Object.values(weaknessWords),
    ...(await Promise.all([8, 12, 64].map((minLength) => refusal('x', { minLength })))),
    ...(await Promise.all(
      [2, 3, 4].map((minClasses) => refusal('漢字仮名交文書翰', { minClasses })),
    )),
    await refusal('\ud800ffffffff'),
    await refusal('ADA.lovelace@example.com'),
    'This password was stolen from another service and is known to attackers. Take one that you use nowhere else.',
  ]
  for (const text of words) {
    assert.ok(text !== undefined)
    assert.notEqual(de.any(text), text)
  }
})
