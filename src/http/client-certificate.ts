import { X509Certificate } from 'node:crypto'
import { isIP, isIPv4, BlockList } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import type { Clock } from '../base/index.ts'
import { sha256 } from '../base/index.ts'

/** The certificate by which the client of a connection showed that it holds a key. */
export type ClientCertificate = {
  readonly certificate: X509Certificate
  /** SHA-256 of it in base64url (RFC 8705 section 3.1). */
  readonly thumbprint: string
  /** Whether it comes from an authority for clients. */
  readonly trusted: boolean
}

export type CertificateReader = (request: FastifyRequest) => ClientCertificate | undefined

type Needs = {
  readonly clock: Clock
  /** In which trusted proxies pass it on; empty believes none. */
  readonly header: string
  readonly trustedProxies: readonly string[]
  /** Authorities for clients (PEM, several in a row); empty leaves it to the proxy to verify. */
  readonly authorities: string
}

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
/** RFC 5280 section 4.2.1.12: id-kp-clientAuth. */
const clientUse = '1.3.6.1.5.5.7.3.2'

/**
 * Finds the certificate of a client. On a connection of a trusted proxy that is what its header says and never
 * the certificate of the proxy itself; on every other one, that of the connection. Expired ones are none, nor
 * are those of a key that is too short.
 */
export function createCertificateReader(needs: Needs): CertificateReader {
  const isProxy = networkTest(needs.trustedProxies)
  const authorities = readAuthorities(needs.authorities)
  const header = needs.header.toLowerCase()
  const fromHeader = (request: FastifyRequest): ClientCertificate | undefined => {
    const [value = '', ...more] = header === '' ? [] : (request.raw.headersDistinct[header] ?? [])
    const certificate = more.length === 0 ? readHeader(value) : undefined
    if (certificate === undefined) return undefined
    const now = needs.clock.now()
    const trusted = authorities.length === 0 || isIssued(certificate, authorities, now)
    return seen(certificate, trusted)
  }
  return (request) => {
    const { socket } = request
    const proxied = isProxy(socket.remoteAddress ?? '')
    const found = proxied ? fromHeader(request) : fromSocket(socket, authorities.length > 0)
    const counts =
      found !== undefined &&
      isValid(found.certificate, needs.clock.now()) &&
      hasLongKey(found.certificate)
    return counts ? found : undefined
  }
}

/** What OpenSSL says of the chain counts only where it was told whom to trust. */
function fromSocket(socket: unknown, hasAuthorities: boolean): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const certificate = socket.getPeerX509Certificate()
  return certificate && seen(certificate, hasAuthorities && socket.authorized)
}

function seen(certificate: X509Certificate, trusted: boolean): ClientCertificate {
  return { certificate, trusted, thumbprint: sha256(certificate.raw).toString('base64url') }
}

/** RFC 9440 section 2.1 (`:base64:`), or PEM in percent-encoding as nginx and Envoy write it. */
export function readHeader(value: string): X509Certificate | undefined {
  try {
    const der = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value.trim())?.[1]
    if (der !== undefined) return new X509Certificate(Buffer.from(der, 'base64'))
    const [pem, ...more] = decodeURIComponent(value).match(pemBlock) ?? []
    return pem === undefined || more.length > 0 ? undefined : new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** Bits that a key must have (FAPI 2.0 section 5.4.1, RFC 9325 section 4.5). */
function hasLongKey(certificate: X509Certificate): boolean {
  try {
    const { modulusLength, namedCurve } = certificate.publicKey.asymmetricKeyDetails ?? {}
    if (modulusLength !== undefined) return modulusLength >= 2048
    // The names of curves say how large they are: prime256v1, secp384r1, brainpoolP256r1.
    return namedCurve === undefined || Number(/\d{3}/.exec(namedCurve)?.[0]) >= 224
  } catch {
    return false // a kind of key that we do not know
  }
}

function isValid({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now <= validToDate
}

function readAuthorities(pem: string): X509Certificate[] {
  return (pem.match(pemBlock) ?? []).map((one) => new X509Certificate(one))
}

/** Whether one of these authorities itself issued a certificate that may authenticate clients. */
function isIssued(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
  now: Date,
): boolean {
  const uses: readonly string[] | undefined = certificate.keyUsage
  if (uses !== undefined && !uses.includes(clientUse)) return false
  return authorities.some(
    (authority) =>
      authority.ca &&
      isValid(authority, now) &&
      certificate.checkIssued(authority) &&
      certificate.verify(authority.publicKey),
  )
}

function networkTest(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => false
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  return (address) => {
    // A socket for both families tells IPv4 addresses in the spelling of IPv6.
    const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0] ?? ''
    const family = isIP(bare)
    return family !== 0 && list.check(bare, family === 4 ? 'ipv4' : 'ipv6')
  }
}
