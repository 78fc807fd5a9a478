/**
 * An address as it is compared (RFC 9449 section 4.3, RFC 3986 sections 6.2.2 and 6.2.3): without query and
 * fragment, and in one spelling. Undefined for what is no web address, or has credentials in it.
 */
export function normalTarget(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, username, password, host, pathname } = new URL(text)
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return undefined
  return `${protocol}//${host}${pathname.replaceAll(/%[\da-f]{2}/gi, inOneSpelling)}`
}

/** RFC 3986 section 2.3: what needs no encoding is the same with and without it. */
function inOneSpelling(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : encoded.toUpperCase()
}
