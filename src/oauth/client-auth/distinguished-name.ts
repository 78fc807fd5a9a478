/** Short names of attributes (RFC 4514 section 3 and those that OpenSSL adds), by their object identifiers. */
const names: Readonly<Record<string, string>> = {
  '2.5.4.3': 'cn',
  '2.5.4.4': 'sn',
  '2.5.4.5': 'serialnumber',
  '2.5.4.6': 'c',
  '2.5.4.7': 'l',
  '2.5.4.8': 'st',
  '2.5.4.9': 'street',
  '2.5.4.10': 'o',
  '2.5.4.11': 'ou',
  '2.5.4.12': 'title',
  '2.5.4.15': 'businesscategory',
  '2.5.4.17': 'postalcode',
  '2.5.4.42': 'gn',
  '2.5.4.97': 'organizationidentifier',
  '0.9.2342.19200300.100.1.1': 'uid',
  '0.9.2342.19200300.100.1.25': 'dc',
  '1.2.840.113549.1.9.1': 'emailaddress',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionc',
}
const spellings: Readonly<Record<string, string>> = {
  streetaddress: 'street',
  surname: 'sn',
  givenname: 'gn',
  email: 'emailaddress',
  e: 'emailaddress',
  s: 'st',
  jurisdictioncountryname: 'jurisdictionc',
}

const attribute = /^\s*([A-Za-z][A-Za-z\d-]*|(?:OID\.)?\d+(?:\.\d+)+)\s*=\s*/i
/** One value up to the next separator that is not escaped (RFC 4514 section 3). */
const valuePattern = /^(?:\\[\da-f]{2}|\\.|[^\\,+;"\n])*/i

/**
 * A distinguished name (RFC 4514) in one spelling, in which two that are the same are equal; undefined for
 * what is none. Values are compared letter by letter: of two authorities' ideas of what is the same name,
 * the narrower one lets nobody else in.
 */
export function canonicalName(text: string): string | undefined {
  const parts: string[][] = [[]]
  let rest = text
  while (rest !== '') {
    const type = attribute.exec(rest)
    if (type?.[1] === undefined) return undefined
    const raw = valuePattern.exec(rest.slice(type[0].length))?.[0] ?? ''
    const value = readValue(raw)
    if (value === undefined) return undefined
    parts.at(-1)?.push(JSON.stringify([nameOf(type[1]), value]))
    rest = rest.slice(type[0].length + raw.length)
    if (rest.startsWith(',')) parts.push([])
    else if (rest !== '' && !rest.startsWith('+')) return undefined
    if (rest.length === 1) return undefined
    rest = rest.slice(1)
  }
  return parts.map((attributes) => attributes.sort().join('+')).join(',')
}

/** The subject as Node tells it: one relative name a line, the first one first, which RFC 4514 puts last. */
export function canonicalSubject(subject: string): string | undefined {
  return canonicalName(subject.split('\n').toReversed().join(','))
}

function nameOf(type: string): string {
  const lower = type.toLowerCase().replace(/^oid\./, '')
  return names[lower] ?? spellings[lower] ?? lower
}

function readValue(raw: string): string | undefined {
  const bare = raw.trimStart()
  if (bare.startsWith('#')) return readEncoded(bare.slice(1).trimEnd())
  const tokens = [...bare.matchAll(/\\[\da-f]{2}|\\.|[^\\]/giu)].map(([token]) => token)
  // Spaces around a value count only when they are escaped.
  const end = tokens.findLastIndex((token) => token.trim() !== '') + 1
  return Buffer.concat(tokens.slice(0, end).map(readToken)).toString('utf8')
}

function readToken(token: string): Buffer {
  if (!token.startsWith('\\')) return Buffer.from(token)
  return token.length === 3 ? Buffer.from(token.slice(1), 'hex') : Buffer.from(token.slice(1))
}

/** RFC 4514 section 2.4: `#` and the encoding (X.690) of a short text, in hexadecimal. */
function readEncoded(hex: string): string | undefined {
  const bytes = /^(?:[\da-f]{2})+$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined
  const [tag, length] = bytes ?? []
  if (bytes === undefined || tag === undefined || length !== bytes.length - 2) return undefined
  // UTF8String, PrintableString, IA5String
  return [0x0c, 0x13, 0x16].includes(tag) ? bytes.subarray(2).toString('utf8') : undefined
}
