import { getParser } from 'bowser'

export type DeviceKind = 'desktop' | 'mobile' | 'tablet' | 'other'

/** What a person recognises of a User-Agent; a part that is not known is undefined. */
export type DeviceWords = {
  readonly browser: string | undefined
  readonly system: string | undefined
  readonly kind: DeviceKind
  /** English, such as "Firefox on Linux". */
  readonly words: string
}

const longest = 512
const kinds: readonly DeviceKind[] = ['desktop', 'mobile', 'tablet']

/** Only for showing: everybody can send any User-Agent. Never throws. */
export function describeUserAgent(userAgent: string | null | undefined): DeviceWords {
  const { browser, system, platform } = parse(userAgent?.slice(0, longest) ?? '')
  const kind = kinds.find((one) => one === platform) ?? 'other'
  return { browser, system, kind, words: wordsOf(browser, system) }
}

function wordsOf(browser: string | undefined, system: string | undefined): string {
  if (system === undefined) return browser ?? 'Unknown browser'
  return `${browser ?? 'Unknown browser'} on ${system}`
}

function parse(text: string) {
  if (text.trim() === '') return {}
  try {
    const parser = getParser(text, true) // parses no more than what is asked for
    return {
      browser: named(parser.getBrowserName()),
      system: named(parser.getOSName()),
      platform: parser.getPlatformType(true),
    }
  } catch {
    return {}
  }
}

function named(name: string | undefined): string | undefined {
  return name === undefined || name === '' ? undefined : name.slice(0, 64)
}
