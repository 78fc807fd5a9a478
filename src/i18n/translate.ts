import { de } from './de/index.ts'
import type { Locale } from './locale.ts'

/** Every text there is, by its English words; a text without its German counterpart does not compile. */
export type Words = keyof typeof de

type Values = Readonly<Record<string, string | number>>

/** Says a text in one language; `{name}` is replaced by the value of that name. */
export type Translate = {
  (words: Words, values?: Values): string
  readonly locale: Locale
  /**
   * The same for constant words that are only known when running, such as those of a failure. Numbers in
   * them may depend on the configuration: `1 to 64` is looked up as `{n1} to {n2}`.
   */
  readonly any: (words: string) => string
  /** A moment in the manner of the language, to the minute, in the given time zone or UTC. */
  readonly time: (at: Date, zone?: string) => string
}

// A language that lacks a text does not compile.
const catalogues: Readonly<Record<Exclude<Locale, 'en'>, Readonly<Record<Words, string>>>> = { de }

/** The texts of a language. */
export function translator(locale: Locale): Translate {
  // A Map, so that words such as `constructor` are not found in what every object has.
  const catalogue = new Map(locale === 'en' ? [] : Object.entries(catalogues[locale]))
  const say = (words: Words, values: Values = {}) => fill(catalogue.get(words) ?? words, values)
  const any = (words: string) => catalogue.get(words) ?? withNumbers(catalogue, words)
  return Object.assign(say, { locale, any, time: timeIn(locale) })
}

/** In one pass, so that a value with braces of its own stays as it is. */
function fill(words: string, values: Values): string {
  return words.replaceAll(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  )
}

function withNumbers(catalogue: ReadonlyMap<string, string>, words: string): string {
  const values: Record<string, string> = {}
  const general = words.replaceAll(/\d+/g, (number) => {
    const name = `n${Object.keys(values).length + 1}`
    values[name] = number
    return `{${name}}`
  })
  const found = catalogue.get(general)
  return found === undefined ? words : fill(found, values)
}

function timeIn(locale: Locale) {
  // Day before month for all of Europe, and no AM and PM.
  const language = locale === 'en' ? 'en-GB' : locale
  return (at: Date, zone = 'UTC'): string => {
    const timeZone = isZone(zone) ? zone : 'UTC'
    const style = { dateStyle: 'long', timeStyle: 'short', timeZone } as const
    return `${new Intl.DateTimeFormat(language, style).format(at)} ${timeZone}`
  }
}

function isZone(zone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
