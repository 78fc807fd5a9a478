import { hasControls, isWellFormed } from '../base/index.ts'

const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])
const loopbackAddresses = new Set(['127.0.0.1', '[::1]'])
/** Schemes that run code or read files in a browser; never a place to send a code to. */
const forbiddenSchemes = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:'])

/** True for `http` on the own machine, the only place where plain HTTP is allowed (RFC 8252 section 7.3). */
export function isLoopbackHttp(uri: URL): boolean {
  return uri.protocol === 'http:' && loopbackHosts.has(uri.hostname)
}

/** Why a URI may not be registered as a redirect URI; undefined when it may. */
export function redirectUriProblem(text: string): string | undefined {
  if (hasControls(text) || !isWellFormed(text) || /\s/.test(text)) return 'has forbidden characters'
  // Without both slashes a browser would read it as a path of the page it is on.
  if (/^https?:/i.test(text) && !/^https?:\/\/[^/\\]/i.test(text)) return 'has no host'
  if (text.includes('\\')) return 'has forbidden characters'
  if (!URL.canParse(text)) return 'is not an absolute URI'
  const uri = new URL(text)
  if (text.includes('#')) return 'has a fragment' // RFC 6749 section 3.1.2
  if (uri.username !== '' || uri.password !== '') return 'has user information'
  if (forbiddenSchemes.has(uri.protocol)) return 'has a forbidden scheme'
  if (uri.protocol === 'https:') return undefined
  if (uri.protocol === 'http:') {
    return isLoopbackHttp(uri) ? undefined : 'must use https unless it is on the loopback interface'
  }
  // RFC 8252 section 7.1: a private-use scheme is a reversed domain name, so it has a dot.
  return uri.protocol.includes('.')
    ? undefined
    : 'has a scheme that is neither https nor a reversed domain name'
}

/** Why a text may not be registered as an origin (RFC 6454 section 6.1); undefined when it may. */
export function originProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not an origin'
  const uri = new URL(text)
  if (uri.protocol !== 'https:' && !isLoopbackHttp(uri)) {
    return 'must use https unless it is on the loopback interface'
  }
  return uri.origin === text ? undefined : 'is not an origin as browsers write it'
}

/**
 * Exact string comparison (RFC 9700 section 2.1); only the port of a loopback address may differ
 * (RFC 8252 section 7.3), and that of localhost for native applications (OAuth 2.1 section 2.3.1).
 */
export function redirectUriMatches(
  registered: string,
  presented: string,
  { native = false }: { readonly native?: boolean } = {},
): boolean {
  if (registered === presented) return true
  const known = loopbackParts(registered)
  const asked = loopbackParts(presented)
  return (
    (native || (known !== undefined && loopbackAddresses.has(known.host))) &&
    known !== undefined &&
    asked !== undefined &&
    known.host === asked.host &&
    known.rest === asked.rest
  )
}

/** Takes the port out of `http://127.0.0.1:port/...` textually, so that nothing else is normalised. */
function loopbackParts(text: string): { host: string; rest: string } | undefined {
  const match =
    /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9]\d{0,4}))?(?=[/?]|$)(.*)$/su.exec(text)
  const [, host, port, rest] = match ?? []
  if (host === undefined || rest === undefined) return undefined
  if (port !== undefined && Number(port) > 65_535) return undefined
  return { host, rest }
}
