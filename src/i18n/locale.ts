/** The languages that pages and mails are written in. */
export const locales = ['en', 'de'] as const
export type Locale = (typeof locales)[number]

/** Each language's own name, as its speakers look for it. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', de: 'Deutsch' }

/** Where a person's language may be found; the first that names one of ours decides. */
export type Preferences = {
  /** The `ui_locales` request parameter (OIDC Core section 3.1.2.1): BCP 47 tags, best first. */
  readonly uiLocales?: string | undefined
  /** The `locale` claim of the account. */
  readonly account?: string | undefined
  /** The Accept-Language header (RFC 9110 section 12.5.4). */
  readonly acceptLanguage?: string | undefined
  readonly fallback: Locale
}

/** What is read of a list of languages; a longer one was not written for people. */
const longest = 256

/** The best of our languages, after the lookup of RFC 4647 section 3.4. */
export function chooseLocale(preferences: Preferences): Locale {
  const { uiLocales = '', account = '', acceptLanguage = '', fallback } = preferences
  return (
    localeIn(uiLocales) ??
    lookup(account) ??
    first(byQuality(acceptLanguage.slice(0, longest))) ??
    fallback
  )
}

/** The first of our languages among BCP 47 tags, which spaces part, best first. */
export function localeIn(tags: string): Locale | undefined {
  return first(tags.slice(0, longest).split(' '))
}

function first(tags: readonly string[]): Locale | undefined {
  for (const tag of tags) {
    const known = lookup(tag)
    if (known !== undefined) return known
  }
  return undefined
}

/** The language of ours that a tag leads to when its subtags are taken off from the end, one by one. */
function lookup(tag: string): Locale | undefined {
  // Operating systems write de_DE.
  const subtags = tag.slice(0, longest).toLowerCase().split(/[-_]/)
  for (let length = subtags.length; length > 0; length -= 1) {
    const range = subtags.slice(0, length).join('-')
    const known = locales.find((locale) => locale.toLowerCase() === range)
    if (known !== undefined) return known
  }
  return undefined
}

function byQuality(header: string): string[] {
  return header
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
      return { tag, quality: parameters.length === 0 ? 1 : qualityOf(parameters.join(';')) }
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}

/** RFC 9110 section 12.4.2; what is not a quality counts as not wanted. */
function qualityOf(parameter: string): number {
  return Number(/^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.exec(parameter)?.[1] ?? 0)
}
