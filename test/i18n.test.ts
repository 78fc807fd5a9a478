// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sample sources are text
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure } from '../src/base/index.ts'
import { loadConfig } from '../src/config.ts'
import { locales, translator } from '../src/i18n/index.ts'
import { blankComments } from './source-text.ts'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const files = globSync('**/*.ts', { cwd: src, exclude: ['**/*.test.ts'] }).sort()
const sources = new Map(
  files.map((file) => [file, blankComments(readFileSync(src + file, 'utf8'))] as const),
)
const translations = locales.filter((locale) => locale !== 'en')

type Area = { readonly file: string; readonly texts: Readonly<Record<string, string>> }

/** The areas of a language: what the files of its folder export. */
async function areasOf(locale: string): Promise<Area[]> {
  const inFolder = files.filter((file) => file.startsWith(`i18n/${locale}/`))
  const read = inFolder
    .filter((file) => !file.endsWith('/index.ts'))
    .map(async (file) => {
      const exported: Record<string, Area['texts']> = await import(pathToFileURL(src + file).href)
      return { file, texts: Object.assign({}, ...Object.values(exported)) }
    })
  return Promise.all(read)
}

function plain(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1')
}

/** Everything between two quotes on one line: more than the literals, but all of them. */
function quotedIn(source: string): string[] {
  const quoted = [/'((?:[^'\\\n]|\\.)*)'/g, /"((?:[^"\\\n]|\\.)*)"/g]
  return quoted.flatMap((kind) => [...source.matchAll(kind)].map(([, text = '']) => plain(text)))
}

/** What is said with t('...'). */
function saidIn(source: string): string[] {
  return [...source.matchAll(/\bt\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g)].map(
    ([, a, b]) => plain(a ?? b ?? ''),
  )
}

/** Constant words about a value that is wrong: `words: '...'`, `wrong('...')` and `const words = '...'`. */
function wordsIn(source: string): string[] {
  return [
    ...source.matchAll(/(?:\bwords[:=]|\bwords =|\bwrong\()\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g),
  ].map(([, , text]) => plain(text ?? ''))
}

/** Numbers and holes as `any` looks them up: {n1}, {n2} and so on. */
function generalised(words: string): string {
  let count = 0
  return words.replaceAll(/\$\{[^}]*\}|\d+/g, () => {
    count += 1
    return `{n${count}}`
  })
}

const placeholders = (text: string) =>
  new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))

/** Failures that can be shown on a page; those of other modules are answers to programs. */
const shown = [
  'http',
  'db',
  'flow',
  'identity',
  'access',
  'login',
  'session',
  'limits',
  'mfa',
  'api-keys',
]
/** Of the protocol's failures those that are told to the person, since the client cannot be told. */
const shownOfOauth = [
  'missing_parameter',
  'unknown_client',
  'unregistered_redirect',
  'invalid_hint',
  'unregistered_logout_redirect',
]

/** The words of a module's failure catalogues, by the name of the failure. */
async function failureWords(file: string): Promise<Map<string, string>> {
  const exported: Record<string, unknown> = await import(pathToFileURL(src + file).href)
  const made = new Map<string, string>()
  for (const catalogue of Object.values(exported)) {
    if (typeof catalogue !== 'object' || catalogue === null) continue
    for (const [name, make] of Object.entries(catalogue)) {
      const failure = typeof make === 'function' ? make([]) : undefined
      if (failure instanceof Failure) made.set(name, failure.kind.words)
    }
  }
  return made
}

async function wordsOnPages(): Promise<string[]> {
  const words: string[] = []
  for (const file of files.filter((path) => /^[\w-]+\/(\w+-)?failures\.ts$/.test(path))) {
    const module = file.split('/')[0] ?? ''
    const made = await failureWords(file)
    assert.ok(made.size > 0, `${file} has no failures`)
    if (shown.includes(module)) words.push(...made.values())
    if (module === 'oauth') words.push(...shownOfOauth.map((name) => made.get(name) ?? name))
  }
  return words
}

test('the scanner finds what is said, whatever the quotes and line breaks', () => {
  assert.deepEqual(saidIn(`t('a') t(\n  "b's", { n }) at('no') t(x) t('it\\'s')`), [
    'a',
    "b's",
    "it's",
  ])
  assert.deepEqual(wordsIn("words: 'a' }; wrong(`b ${x}`) const words =\n `c`"), [
    'a',
    'b ${x}',
    'c',
  ])
  assert.equal(generalised('1 to ${longest} of 3'), '{n1} to {n2} of {n3}')
})

test('every language can be the one for people who ask for none that there is', () => {
  for (const locale of locales) {
    const loaded = loadConfig({ CARDEA_ENV: 'test', CARDEA_LOCALE: locale })
    assert.equal(loaded.ok && loaded.config.locale, locale)
  }
})

for (const locale of translations) {
  const areas = await areasOf(locale)
  const texts = new Map(areas.flatMap((area) => Object.entries(area.texts)))
  const t = translator(locale)

  test(`${locale}: every text that is said has a translation`, () => {
    const said = [...sources].flatMap(([file, source]) =>
      saidIn(source).map((text) => [file, text]),
    )
    assert.ok(said.length > 50)
    const missing = said.filter(([, text = '']) => !texts.has(text))
    assert.deepEqual(missing, [])
  })

  test(`${locale}: every failure that a page can show has a translation`, async () => {
    const words = await wordsOnPages()
    assert.ok(words.length > 30)
    assert.deepEqual(
      words.filter((text) => !texts.has(generalised(text))),
      [],
    )
  })

  test(`${locale}: the words about a value that is wrong have a translation`, () => {
    const words = [...sources]
      .filter(([file]) => /^(identity|login|limits|session)\//.test(file))
      .filter(([file]) => !file.startsWith('identity/import/')) // told to whoever imports, by a program
      .flatMap(([, source]) => wordsIn(source))
    assert.ok(words.length > 10)
    assert.deepEqual(
      words.filter((text) => !texts.has(generalised(text)) && !texts.has(text)),
      [],
    )
  })

  test(`${locale}: every translation belongs to a text that is used`, () => {
    const used = new Set<string>()
    for (const [file, source] of sources) {
      if (file.startsWith('i18n/')) continue
      for (const text of [...saidIn(source), ...quotedIn(source)]) used.add(text)
      for (const text of wordsIn(source)) used.add(generalised(text))
    }
    assert.deepEqual(
      [...texts.keys()].filter((text) => !used.has(text)),
      [],
    )
  })

  test(`${locale}: a text that stands in two areas says the same in both`, () => {
    const all = areas.flatMap((area) => Object.entries(area.texts))
    assert.deepEqual(
      all.filter(([text, words]) => texts.get(text) !== words),
      [],
    )
  })

  test(`${locale}: what the areas have is what is said`, () => {
    const unsaid = [...texts].filter(([text, words]) => t.any(text) !== words)
    assert.deepEqual(unsaid, [])
  })

  test(`${locale}: a translation has the placeholders of its text, and neither is empty or ragged`, () => {
    for (const [text, words] of texts) {
      assert.deepEqual(placeholders(words), placeholders(text), text)
      for (const one of [text, words]) {
        assert.notEqual(one, '')
        assert.equal(one, one.trim())
        assert.doesNotMatch(one, /\s{2}|\.\.\.|\n/)
      }
    }
  })
}

test('de: quotation marks are German, and people are addressed formally', async () => {
  for (const { texts } of await areasOf('de')) {
    for (const words of Object.values(texts)) {
      assert.doesNotMatch(words, /"|'[^']*'/, words)
      assert.doesNotMatch(words, /\b(du|dein|deine|deinen|deinem|deiner|dich|dir)\b/i, words)
    }
  }
})
