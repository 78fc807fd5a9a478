/** Client credentials as they were sent in some way. */
export type Credentials = { readonly clientId: string; readonly secret: string }

/**
 * Reads `Authorization: Basic` (RFC 6749 section 2.3.1: both halves are form-encoded before base64).
 * Undefined when the header is of another scheme; 'malformed' when it is Basic but broken.
 */
export function parseBasic(header: string | undefined): Credentials | 'malformed' | undefined {
  if (header === undefined || !/^basic(?: |$)/i.test(header)) return undefined
  const encoded = header.slice(6).trim()
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return 'malformed'
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 1) return 'malformed'
  const clientId = formDecode(decoded.slice(0, colon))
  const secret = formDecode(decoded.slice(colon + 1))
  return clientId === undefined || secret === undefined ? 'malformed' : { clientId, secret }
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
