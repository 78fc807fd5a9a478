/**
 * binding: tokens that only their owner can use, by DPoP (RFC 9449) or certificates (RFC 8705).
 * What a request proves to hold is read here once; grants and our own resources only compare. Proofs already
 * seen are keys of the soft state; nonces are kept nowhere.
 */

import type { Client } from '../../clients/index.ts'
import { demandsOf, isPublic } from '../../clients/index.ts'
import type { TokenBinding } from '../../session/index.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import type { Dpop } from './dpop.ts'
import { bindingFailures } from './failures.ts'

export type BindingNeeds = { readonly dpop: Dpop }

/** What the sender of a request proved to hold; refuses a client that must prove something and did not. */
export async function bindingOf(
  needs: BindingNeeds,
  client: Client,
  request: ProtocolRequest,
): Promise<TokenBinding | undefined> {
  const demanded = demandsOf(client).binding
  const jkt = await dpopKeyOf(needs, client, request)
  const byKey = jkt === undefined ? undefined : { jkt }
  const byCertificate = certificateBinding(request)
  switch (demanded) {
    case 'none':
      // Not the certificate: many a network asks every client for one (RFC 8705 section 3.4).
      return byKey
    case 'dpop': // RFC 9449 section 5.2
      return byKey ?? missing(bindingFailures.invalid_dpop_proof)
    case 'mtls': // RFC 8705 section 3.4
      return byCertificate ?? missing(bindingFailures.certificate_required)
    case 'either':
      return byKey ?? byCertificate ?? missing(bindingFailures.invalid_dpop_proof)
  }
}

/**
 * The thumbprint of the DPoP key of a request (RFC 9449 section 10.1 for pushed requests); undefined without
 * a proof. A proof that is wrong is refused.
 */
export async function dpopKeyOf(
  { dpop }: BindingNeeds,
  client: Client,
  request: ProtocolRequest,
): Promise<string | undefined> {
  if (request.dpop.length === 0) return undefined
  const verdict = await dpop.verify({ ...request, algorithms: demandsOf(client).algorithms })
  if (verdict.ok) return verdict.jkt
  const failure = verdict.nonce
    ? bindingFailures.use_dpop_nonce
    : bindingFailures.invalid_dpop_proof
  throw failure({ log: { why: verdict.why }, headers: nonceHeader(dpop) })
}

/** RFC 9449 section 8.1. */
export function nonceHeader(dpop: Dpop): Readonly<Record<string, string>> {
  const nonce = dpop.nonce()
  return nonce === undefined ? {} : { 'dpop-nonce': nonce }
}

function certificateBinding({ certificate }: ProtocolRequest): TokenBinding | undefined {
  return certificate && { 'x5t#S256': certificate.thumbprint } // RFC 8705 section 3.1
}

function missing(failure: (details: { log: { why: string } }) => Error): never {
  throw failure({ log: { why: 'the client must prove what it holds' } })
}

/** What a grant is bound to: refresh tokens of a client that authenticates need no more (RFC 9449 section 5). */
export function grantBinding(
  client: Client,
  binding: TokenBinding | undefined,
): TokenBinding | null {
  return isPublic(client) ? (binding ?? null) : null
}

/** Whether a sender proved to hold what a grant is bound to, where it is bound (RFC 9449 section 5, RFC 8705 section 4). */
export function holdsBinding(
  bound: TokenBinding | null,
  proved: TokenBinding | undefined,
): boolean {
  if (bound === null) return true
  if (proved === undefined) return false
  if ('jkt' in bound) return 'jkt' in proved && proved.jkt === bound.jkt
  return 'x5t#S256' in proved && proved['x5t#S256'] === bound['x5t#S256']
}

/** The same for a code or request that names the thumbprint of a key (RFC 9449 section 10). */
export function holdsKey(jkt: string | undefined, proved: TokenBinding | undefined): boolean {
  return holdsBinding(jkt === undefined ? null : { jkt }, proved)
}
