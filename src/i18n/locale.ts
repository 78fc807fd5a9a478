/** The languages that pages and mails are written in. */
export const locales = ['en', 'de'] as const
export type Locale = (typeof locales)[number]

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

/** The best of our languages, after the lookup of RFC 4647 section 3.4. */
export function chooseLocale(preferences: Preferences): Locale {
  const { uiLocales, account, acceptLanguage, fallback } = preferences
  const wanted = [
    ...(uiLocales?.slice(0, 256).split(' ') ?? []),
    ...(account === undefined ? [] : [account]),
    ...byQuality(acceptLanguage?.slice(0, 256) ?? ''),
  ]
  for (const tag of wanted) {
    const known = lookup(tag)
    if (known !== undefined) return known
  }
  return fallback
}

function lookup(tag: string): Locale | undefined {
  const primary = tag.toLowerCase().split(/[-_]/)[0]
  return locales.find((locale) => locale === primary)
}

function byQuality(header: string): string[] {
  return header
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.trim().split(';')
      const quality = parameters.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find(Boolean)
      return { tag: tag.trim(), quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}
