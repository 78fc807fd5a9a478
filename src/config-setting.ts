import { isIP } from 'node:net'
import { type TSchema, Type } from 'typebox'
import { formatDuration, parseDuration } from './config-duration.ts'

export type Read =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string }

/** What a leaf of the schema knows beyond its JSON Schema: how it is written in the environment. */
export type Setting = {
  /** The kind of value, in the words of the reference. */
  readonly type: string
  readonly read: (text: string) => Read
  /** The default, written as it would be in the environment; '' when there is none. */
  readonly fallback: string
  readonly env?: string
  /** Never printed, and may come from a file named by `<NAME>_FILE`. */
  readonly secret?: boolean
}

export type Leaf = TSchema & { readonly description: string; readonly setting: Setting }

type Extra = { readonly env?: string; readonly secret?: boolean }
type Range = { readonly least: number; readonly most: number }

export function isLeaf(schema: TSchema): schema is Leaf {
  return 'setting' in schema
}

const good = (value: unknown): Read => ({ ok: true, value })
const bad = (why: string): Read => ({ ok: false, why })

/** Splits `a, b` into its trimmed, non-empty items. */
function items(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function options(description: string, value: unknown, setting: Setting) {
  return { description, default: value, setting }
}

type TextOptions = Extra & { readonly type?: string; readonly check?: (text: string) => Read }

export function text(fallback: string, description: string, extra: TextOptions = {}) {
  const { check = good, type = 'text', ...rest } = extra
  return Type.String(options(description, fallback, { type, read: check, fallback, ...rest }))
}

export function integer(fallback: number, { least, most }: Range, description: string) {
  const why = `must be a whole number from ${least} to ${most}`
  const read = (text: string) => {
    const value = Number(text)
    return /^\d{1,15}$/.test(text) && value >= least && value <= most ? good(value) : bad(why)
  }
  const type = `integer, ${least} to ${most}`
  const setting: Setting = { type, read, fallback: String(fallback) }
  return Type.Integer({ ...options(description, fallback, setting), minimum: least, maximum: most })
}

export function boolean(fallback: boolean, description: string) {
  const read = (text: string) =>
    text === 'true' || text === 'false' ? good(text === 'true') : bad('must be true or false')
  const setting: Setting = { type: 'true or false', read, fallback: String(fallback) }
  return Type.Boolean(options(description, fallback, setting))
}

export function choice<Words extends string[]>(
  words: readonly [...Words],
  fallback: Words[number],
  description: string,
) {
  const read = (text: string) =>
    new Set<string>(words).has(text) ? good(text) : bad(`must be one of ${words.join(', ')}`)
  const setting: Setting = { type: words.join(' \\| '), read, fallback }
  return Type.Enum(words, options(description, fallback, setting))
}

/** A span of time: a number of seconds in the program, `1h30m` in the environment. */
export function duration(
  fallback: string,
  description: string,
  { least = '1s', most = '3650d' }: { readonly least?: string; readonly most?: string } = {},
) {
  const [from, to] = [parseDuration(least) ?? 0, parseDuration(most) ?? 0]
  const read = (text: string) => {
    const seconds = parseDuration(text)
    if (seconds === undefined) return bad('must be a duration such as 30s, 15m, 1h30m or 90d')
    return seconds >= from && seconds <= to
      ? good(seconds)
      : bad(`must be from ${least} to ${most}`)
  }
  const seconds = parseDuration(fallback) ?? 0
  const type = `duration, ${least} to ${most}`
  const setting: Setting = { type, read, fallback: formatDuration(seconds) }
  return Type.Number({ ...options(description, seconds, setting), minimum: from, maximum: to })
}

type ListOptions = Extra & { readonly type: string; readonly item: (text: string) => Read }

/** Comma separated items; the empty list by default. */
export function list(description: string, { item, ...rest }: ListOptions) {
  const read = (text: string) => {
    const results = items(text).map(item)
    const failed = results.find((result) => !result.ok)
    return failed ?? good(results.flatMap((result) => (result.ok ? [result.value] : [])))
  }
  return Type.Array(Type.String(), options(description, [], { read, fallback: '', ...rest }))
}

/** An origin as RFC 6454 section 6.2 serialises it: issuers are compared character by character. */
export function readOrigin(text: string): Read {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return bad('must be an address such as https://auth.example.com')
  }
  if (url.origin === text) return good(text)
  return bad('must be only scheme, host and port, in lower case, without the default port or a /')
}

/** A connection address of one of the given schemes. */
export function readUrl(...schemes: readonly string[]): (text: string) => Read {
  const why = `must be an address that begins with ${schemes.map((s) => `${s}//`).join(' or ')}`
  return (text) => (schemes.includes(URL.parse(text)?.protocol ?? '') ? good(text) : bad(why))
}

/** `10.0.0.0/8`, `::1/128` or a single address, the forms `net.BlockList` takes. */
export function readNetwork(text: string): Read {
  const [address = '', prefix, ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : 129
  const fits = more.length === 0 && most > 0 && bits <= most
  return fits ? good(text) : bad('must list networks such as 10.0.0.0/8 or addresses')
}

/** A 256-bit key in base64 or base64url, rewritten as base64url. */
export function readKey(text: string): Read {
  const bytes = Buffer.from(text, 'base64')
  const fits = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) && bytes.length === 32
  return fits ? good(bytes.toString('base64url')) : bad('must hold keys of 32 bytes in base64url')
}
