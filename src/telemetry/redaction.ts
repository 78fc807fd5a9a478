const censored = '[redacted]'

/** More levels than any object that we log on purpose has. */
const deepest = 8

// The names under which secrets travel, in any spelling: `id_token`, `idToken`, `x-csrf-token`.
// The bound keeps the search linear on hostile input.
const secretName =
  '[\\w-]{0,32}?(?:tokens?|token[_-]?hint|secrets?|password|passphrase|assertion|verifier|' +
  'cookies?|authorization|otp|(?:private|secret|master|api)[_-]?key|' +
  '(?:device|user|backup|recovery|mfa|otp)[_-]?codes?|raw[_-]?headers)|dpop|credentials?'

const wholeName = new RegExp(`^(?:${secretName})$`, 'i')

/** An error code, such as `invalid_grant`, `ECONNRESET` or `FST_ERR_CTP_BODY_TOO_LARGE`. */
const errorCode = /^(?:[a-z]+(?:_[a-z]+)+|unauthenticated|forbidden|E[A-Z]{3,}|[A-Z]+(?:_[A-Z]+)+)$/

/** Only errors of the database have codes of five characters. */
const sqlState = /^[\dA-Z]{5}$/

// A JSON string, number or flat list, as it stands in a finished line.
const text = '"(?:[^"\\\\]|\\\\.)*"'
const plainValue = `(?:${text}|-?\\d[\\d.]*|\\[(?:${text}|[^"[\\]])*\\])`

/** Last line of defence: secrets inside texts, found by the names and the shapes around them. */
const shapes: readonly (readonly [RegExp, string])[] = [
  // "name":"value" and "name":123, at any depth of the finished line.
  [new RegExp(`"(${secretName})":${plainValue}`, 'gi'), `"$1":"${censored}"`],
  // The same inside a text that holds JSON.
  [
    new RegExp(`\\\\"(${secretName}|code)\\\\":\\s*\\\\".*?\\\\"`, 'gi'),
    `\\"$1\\":\\"${censored}\\"`,
  ],
  // name=value of a query, a form or a connection string.
  // The link that makes the first administrator is the one secret that is meant to be read there.
  [new RegExp(`\\b(?<!/setup\\?)(${secretName}|code)=[^&\\s"\\\\;,]+`, 'gi'), `$1=${censored}`],
  // A header in a text, to the end of its line.
  [/\b((?:set-|)cookie|(?:proxy-|)authorization)\s*:\s*(?!\[redacted)[^"\\]+/gi, `$1: ${censored}`],
  [/\b(Bearer|Basic|DPoP) +[\w.~+/=-]{8,}/gi, `$1 ${censored}`],
  // A compact JWS or JWE (RFC 7515 section 7.1): its first part is the base64url of `{"`.
  [/\beyJ[\w-]+\.[\w-]*(?:\.[\w-]*)*/g, censored],
  // An API key of ours, whether or not its checksum is right, and an opaque access token.
  [/\bcardea_(?:pat|at)_[\w-]{8,}/g, censored],
  // The user information of an address.
  [/\b([a-z][a-z\d+.-]{0,20}:\/\/)[^/\s"\\@]+@/gi, `$1${censored}@`],
]

/** `"code":"value"` in a finished line. */
const codes = new RegExp(`"code":(${plainValue})`, 'g')

/** A finished log line without the secrets that its texts still hold. */
export function redactText(line: string): string {
  let redacted = line
  for (const [shape, replacement] of shapes) redacted = redacted.replace(shape, replacement)
  return redacted.replace(codes, (whole, value: string) =>
    isPlainCode(value.replaceAll('"', '')) ? whole : `"code":"${censored}"`,
  )
}

/** A code that may stand in a line: of an error, of the database, or an exit status. */
function isPlainCode(value: string): boolean {
  return isErrorCode(value) || sqlState.test(value) || /^\d{1,3}$/.test(value)
}

/** A copy of a value in which nothing is left that travels under the name of a secret. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
  if (depth >= deepest) return '[deeper]'
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1))
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return redactValue(value.toJSON(), depth + 1)
  }
  return redactMembers(value, depth)
}

function redactMembers(value: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecret(name, member) ? censored : redactValue(member, depth + 1),
    ]),
  )
}

/** That something is there is no secret, only what it is. */
function isSecret(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false
  return name === 'code' ? !isErrorCode(value) : wholeName.test(name)
}

/** `code` names both an authorization code and an error code; only the latter may be read. */
function isErrorCode(value: unknown): boolean {
  return typeof value === 'string' && errorCode.test(value)
}
