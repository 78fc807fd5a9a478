import type { X509Certificate } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose'
import type { Client, ClientKeys } from '../../clients/index.ts'
import type { ClientCertificate } from '../../http/index.ts'
import { reasonOf } from './assertion.ts'
import { canonicalName, canonicalSubject } from './distinguished-name.ts'

/** Why a certificate is not the client's; undefined when it is. */
export type Refusal = string | undefined

type Wanted = readonly [
  member: Member,
  fits: (certificate: X509Certificate, value: string) => boolean,
]
type Member =
  | 'tls_client_auth_subject_dn'
  | 'tls_client_auth_san_dns'
  | 'tls_client_auth_san_uri'
  | 'tls_client_auth_san_ip'
  | 'tls_client_auth_san_email'

/** RFC 8705 section 2.1.2: by which name a client may be known. */
const wanted: readonly Wanted[] = [
  ['tls_client_auth_subject_dn', hasSubject],
  ['tls_client_auth_san_dns', hasName('DNS', (text) => text.toLowerCase())],
  ['tls_client_auth_san_uri', hasName('URI', (text) => text)],
  ['tls_client_auth_san_ip', hasName('IP Address', oneAddress)],
  ['tls_client_auth_san_email', hasName('email', oneMailbox)],
]

/** RFC 8705 section 2.1: from an authority for clients, and with the one name that is registered. */
export function judgeIssued(client: Client, shown: ClientCertificate | undefined): Refusal {
  if (shown === undefined) return 'no certificate'
  if (!shown.trusted) return 'the certificate is of no authority for clients'
  const registered = wanted.flatMap(([member, fits]) => {
    const value = client.metadata[member]
    return value === undefined ? [] : [fits(shown.certificate, value)]
  })
  if (registered.length !== 1) return 'not exactly one name is registered'
  return registered[0] === true ? undefined : 'the certificate has another name'
}

function hasSubject({ subject }: X509Certificate, value: string): boolean {
  const expected = canonicalName(value)
  return expected !== undefined && canonicalSubject(subject ?? '') === expected
}

function hasName(kind: string, spelling: (text: string) => string) {
  return ({ subjectAltName = '' }: X509Certificate, value: string): boolean =>
    alternativeNames(subjectAltName).some(
      ([type, name]) => type === kind && spelling(name) === spelling(value),
    )
}

/** As Node writes them; a name that could be taken for several is in quotes, as JSON. */
function alternativeNames(text: string): (readonly [type: string, name: string])[] {
  const entries = text.matchAll(/(?:^|, )([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,"]*)/g)
  return [...entries].map(([, type = '', name = '']) => [type, unquoted(name)])
}

function unquoted(name: string): string {
  return name.startsWith('"') ? String(JSON.parse(name)) : name
}

function oneAddress(text: string): string {
  return isIPv6(text) ? new URL(`http://[${text}]`).hostname : text
}

/** Domains know no case; what is before the @ does. */
function oneMailbox(text: string): string {
  const at = text.lastIndexOf('@')
  return text.slice(0, at) + text.slice(at).toLowerCase()
}

/** RFC 8705 section 2.2: the certificate, or its key, is one of those the client is registered with. */
export async function judgeSelfSigned(
  clientKeys: ClientKeys,
  client: Client,
  shown: ClientCertificate | undefined,
): Promise<Refusal> {
  if (shown === undefined) return 'no certificate'
  const own = shown.certificate.publicKey.export({ format: 'jwk' })
  const thumbprint = await calculateJwkThumbprint({ ...own, kty: own.kty ?? '' })
  const fits = (key: JWK) => isOf(key, shown, thumbprint)
  try {
    const known = await clientKeys.has(client, fits)
    return known ? undefined : 'the key of the certificate is unknown'
  } catch (error) {
    return reasonOf(error)
  }
}

async function isOf(key: JWK, shown: ClientCertificate, thumbprint: string): Promise<boolean> {
  if (key.use === 'enc') return false
  if (key.x5c?.[0] !== undefined)
    return shown.certificate.raw.equals(Buffer.from(key.x5c[0], 'base64'))
  const { 'x5t#S256': x5t } = key
  if (x5t !== undefined) return x5t === shown.thumbprint
  try {
    return (await calculateJwkThumbprint(key)) === thumbprint
  } catch {
    return false // a kind of key that we do not know
  }
}
