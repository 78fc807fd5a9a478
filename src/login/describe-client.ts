import type { Client } from '../clients/index.ts'

/** What a person is told about who asks, beside the name that it gave itself. */
export type ClientWords = {
  readonly host: string
  /** The answer goes to a program on the person's own device. */
  readonly onDevice: boolean
  /** Nobody of the operator has looked at it. */
  readonly unverified: boolean
  readonly logo: string | undefined
}

export function describeClient(client: Client, redirectUri: string | undefined): ClientWords {
  const uri = redirectUri ?? client.metadata.redirect_uris[0]
  const unverified = client.registeredBy !== 'administrator'
  return {
    host: hostOf(uri),
    onDevice: isOnDevice(uri),
    unverified,
    logo: logoOf(client, hostOf(uri), unverified),
  }
}

/**
 * A device has no address where it is answered. One that its client names counts only where somebody has looked at
 * it, or the client's document comes from there.
 */
export function describeDevice(client: Client): Pick<ClientWords, 'host' | 'unverified'> {
  const unverified = client.registeredBy !== 'administrator'
  const { redirect_uris: redirects, client_uri: uri = redirects[0] } = client.metadata
  return { host: hostOf(unverified ? client.clientId : uri), unverified }
}

/**
 * What a person can recognise of a redirect URI: its host, or the scheme of a native application; what looks like
 * the host of a private scheme belongs to nobody.
 */
function hostOf(uri: string | undefined): string {
  if (uri === undefined || !URL.canParse(uri)) return ''
  const { host, protocol } = new URL(uri)
  return /^https?:$/.test(protocol) ? host : protocol
}

/** RFC 8252 sections 7.1 and 7.3: a private scheme, or the loopback interface. */
function isOnDevice(uri: string | undefined): boolean {
  if (uri === undefined || !URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  if (protocol !== 'https:' && protocol !== 'http:') return true
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
}

/**
 * A browser that loads a logo tells its host that somebody is here, and a logo vouches for a name. So it comes
 * over TLS, and for a client that registered itself only from where the answer goes, or from where its document
 * is: who wears the logo of somebody else would have to get it from there.
 */
function logoOf(
  { clientId, metadata: { logo_uri: logo } }: Client,
  host: string,
  unverified: boolean,
): string | undefined {
  if (logo === undefined || !URL.canParse(logo)) return undefined
  const url = new URL(logo)
  if (url.protocol !== 'https:') return undefined
  const own = URL.canParse(clientId) ? [host, new URL(clientId).host] : [host]
  return !unverified || own.includes(url.host) ? url.href : undefined
}
