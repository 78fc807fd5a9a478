import { X509Certificate } from 'node:crypto'
import type { Policy } from '../policy/policy.ts'
import { webauthnHelpers } from './library.ts'

/** Formats whose signature is checked against the first certificate of `x5c`, so that the chain proves something. */
const certified: ReadonlySet<string> = new Set([
  'packed',
  'fido-u2f',
  'tpm',
  'android-key',
  'apple',
])

/**
 * Formats that may come although none was asked for. The others are left out because checking them
 * fetches the revocation lists that their certificates name, whoever made those.
 */
const harmless: ReadonlySet<string> = new Set(['none', 'packed', 'fido-u2f', 'tpm'])

type Rules = Pick<Policy['passkeys'], 'attestation' | 'attestation_roots'>

/**
 * Whether the statement is one that may be looked at, before its signature is: when attestation is
 * required, only one whose certificates lead to a root of the policy (WebAuthn Level 3, section 7.1,
 * steps 23 and 24). So `none` and self attestation are refused.
 */
export async function acceptsStatement(object: string, rules: Rules, now: Date): Promise<boolean> {
  const { decodeAttestationObject } = await webauthnHelpers()
  try {
    const decoded = decodeAttestationObject(Uint8Array.from(Buffer.from(object, 'base64url')))
    const format = decoded.get('fmt')
    if (rules.attestation === 'none') return harmless.has(format)
    const x5c = decoded.get('attStmt').get('x5c') ?? []
    return certified.has(format) && leadsToRoot(x5c, rules.attestation_roots, now)
  } catch {
    return false
  }
}

/** Whether each certificate was issued by the next, up to one that a root has issued or that is one itself. */
export function leadsToRoot(
  x5c: readonly Uint8Array[],
  roots: readonly string[],
  now: Date,
): boolean {
  const anchors = roots.flatMap(readRoot).filter((root) => isCurrent(root, now))
  const chain = x5c.map((der) => new X509Certificate(der))
  for (const [i, certificate] of chain.entries()) {
    if (!isCurrent(certificate, now)) return false
    const isAnchored = anchors.some(
      (root) => root.raw.equals(certificate.raw) || isIssuedBy(certificate, root),
    )
    if (isAnchored) return true
    const next = chain[i + 1]
    if (next === undefined || !isIssuedBy(certificate, next)) return false
  }
  return false
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function isCurrent({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now <= validToDate
}

/** A root that cannot be read trusts nobody. */
function readRoot(pem: string): X509Certificate[] {
  try {
    return [new X509Certificate(pem)]
  } catch {
    return []
  }
}
