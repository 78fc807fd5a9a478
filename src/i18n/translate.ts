import { de } from './de/index.ts'
import type { Locale } from './locale.ts'

/** Every text there is, by its English words; a text without its German counterpart does not compile. */
export type Words = keyof typeof de

type Values = Readonly<Record<string, string | number>>

/** Says a text in one language; `{name}` is replaced by the value of that name. */
export type Translate = {
  (words: Words, values?: Values): string
  readonly locale: Locale
  /** The same for constant words that are only known when running, such as those of a failure. */
  readonly any: (words: string) => string
  /** A moment in the manner of the language, to the minute, in the given time zone or UTC. */
  readonly time: (at: Date, zone?: string) => string
}

const catalogues: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { en: {}, de }

/** The texts of a language. */
export function translator(locale: Locale): Translate {
  const catalogue = catalogues[locale]
  const any = (words: string) => catalogue[words] ?? words
  const say = (words: Words, values: Values = {}) =>
    any(words).replaceAll(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
  return Object.assign(say, { locale, any, time: timeIn(locale) })
}

function timeIn(locale: Locale) {
  return (at: Date, zone = 'UTC'): string => {
    const options = { dateStyle: 'long', timeStyle: 'short' } as const
    const known = isZone(zone) ? zone : 'UTC'
    const text = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
      ...options,
      timeZone: known,
    }).format(at)
    return `${text} ${known}`
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
