import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locale } from '../../i18n/index.ts'
import { locales } from '../../i18n/index.ts'
import { GiveUp } from '../../jobs/index.ts'
import type { Letter, Letters, Template } from '../letter.ts'
import { templates } from '../templates/templates.ts'
import { sampleLetters } from './letters.fixture.ts'
import { renderLetter } from './render-letter.ts'

const sender = { name: 'Cardea', url: 'https://id.example.com', locale: 'en' } as const
const names = Object.keys(templates) as Template[]
const plain = sampleLetters((name) => `The-${name}`)

function render(template: Template, locale: string, values: Letters[Template] = plain[template]) {
  return renderLetter({ to: 'perla@example.com', locale, template, values }, sender)
}

function eachLetter(check: (what: string, template: Template, locale: Locale) => void): void {
  for (const template of names) {
    for (const locale of locales) check(`${template} in ${locale}`, template, locale)
  }
}

test('every letter has its values in text and HTML, and no gaps', () => {
  assert.deepEqual([...names].sort(), Object.keys(plain).sort())
  eachLetter((what, template, locale) => {
    const { subject, text, html } = render(template, locale)
    for (const part of [subject, text, html.replace(/<style>.*<\/style>/s, '')]) {
      assert.doesNotMatch(part, /[{}]|undefined|\[object|NaN|T\d\d:\d\d/, `${what}: ${part}`)
    }
    const values = Object.entries(plain[template])
    for (const [name, value] of values.filter(([, value]) => value.startsWith('The-'))) {
      assert.ok(text.includes(value), `${what} says ${name} in its text`)
      assert.ok(html.includes(value), `${what} says ${name} in its HTML`)
    }
    for (const [name, value] of values.filter(([, value]) => value.startsWith('https:'))) {
      assert.ok(text.split('\n').includes(value), `${what} has ${name} on a line of its own`)
    }
  })
})

test('every letter says who it comes from and is in the language of its reader', () => {
  const english = names.map((template) => render(template, 'en'))
  const german = names.map((template) => render(template, 'de'))
  for (const [i, letter] of english.entries()) {
    const other = german[i]
    assert.ok(other)
    assert.match(letter.text, /-- \nThis letter was sent by Cardea at https:\/\/id\.example\.com\./)
    assert.match(other.text, /-- \nDiese Nachricht wurde von Cardea unter https:\/\/id\.example/)
    assert.match(letter.html, /<html lang="en">/)
    assert.match(other.html, /<html lang="de">/)
    assert.notEqual(letter.subject, other.subject)
    assert.doesNotMatch(other.text, /\b(your|you|account|letter)\b/i)
  }
})

test('every letter says what to do when it was not the reader', () => {
  for (const template of names) {
    assert.match(
      render(template, 'en').text,
      /If (it was not you|you did not|you do not know)/,
      template,
    )
  }
})

test('a subject is the same for everybody and has one line', () => {
  const hostile = sampleLetters((name) => `${name}\r\nBcc: all@example.com`)
  eachLetter((what, template, locale) => {
    const { subject } = render(template, locale, hostile[template])
    assert.equal(subject, render(template, locale).subject, what)
    assert.doesNotMatch(subject, /[\r\n]/, what)
    assert.ok(subject.length > 5 && subject.length < 78, what)
  })
})

test('hostile values stay values: no markup in HTML, no line of their own in text', () => {
  const markup = '<img src=x onerror=alert(1)>"\'&'
  const hostile = sampleLetters(() => `a${markup}\r\nhttps://evil.example/\u2028x`)
  eachLetter((what, template, locale) => {
    const { text, html } = render(template, locale, hostile[template])
    assert.doesNotMatch(html, /<img/, what)
    assert.doesNotMatch(text, /^https:\/\/evil/m, what)
    assert.doesNotMatch(text, /[\r\u2028]/, what)
  })
})

test('a letter fetches nothing and runs nothing', () => {
  eachLetter((what, template, locale) => {
    const { html } = render(template, locale)
    assert.doesNotMatch(html, /<(img|script|link|iframe|form|object)|url\(|@import|src=/i, what)
    const addresses = [...html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address)
    assert.ok(
      addresses.every((address) => address?.startsWith('https://id.example.com/')),
      what,
    )
  })
})

test('the first link of a letter that asks for something is the one to follow', () => {
  const asking = ['confirm-registration', 'invitation', 'confirm-email', 'reset-password'] as const
  for (const template of asking) {
    const [first] = /https:\S+/.exec(render(template, 'de').text) ?? []
    assert.equal(first, 'https://id.example.com/go?token=t-1&x=2', template)
  }
})

test('what is not known is left out', () => {
  const values = { ...plain['new-device'], device: '', ip: '' }
  const { text } = render('new-device', 'en', values)
  assert.doesNotMatch(text, /Device|IP address/)
  assert.match(text, /- When: 1 March 2026 at 12:34 UTC/)
  const gone = render('email-changed', 'en', { ...plain['email-changed'], newEmail: '' })
  assert.match(gone.text, /no longer has an email address/)
  const uninvited = render('invitation', 'en', { ...plain.invitation, invitedBy: '' })
  assert.match(uninvited.text, /^You are invited/)
  for (const template of ['account-deactivated', 'deletion-scheduled'] as const) {
    const { html } = render(template, 'en', { ...plain[template], link: '' })
    assert.doesNotMatch(html, /href=""/)
  }
})

test('a language that is not ours gets the one of the server, a regional one its mother', () => {
  assert.equal(render('welcome', 'fr').locale, 'en')
  assert.equal(render('welcome', 'de-CH').locale, 'de')
  assert.equal(render('welcome', '').locale, 'en')
})

test('a letter that this version does not know is given up', () => {
  const unknown = { to: 'a@example.com', locale: 'en', template: 'constructor', values: {} }
  assert.throws(() => renderLetter(unknown as unknown as Letter, sender), GiveUp)
})
