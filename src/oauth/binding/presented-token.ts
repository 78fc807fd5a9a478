import type { Client } from '../../clients/index.ts'
import { demandsOf } from '../../clients/index.ts'
import type { ActiveNeeds, Activity } from '../active-token.ts'
import { readActiveToken } from '../active-token.ts'
import { oauthFailures } from '../failures.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import { nonceHeader } from './binding.ts'
import type { Dpop } from './dpop.ts'
import { proofAlgorithms } from './dpop.ts'
import { bindingFailures } from './failures.ts'

export type PresentedTokenNeeds = ActiveNeeds & { readonly dpop: Dpop }

export type PresentedToken = Extract<Activity, { readonly ok: true }> & {
  /** Of a refusal that is about what the token is for. */
  readonly insufficient: () => Readonly<Record<string, string>>
}

type Scheme = 'Bearer' | 'DPoP'
type Sent = { readonly scheme: Scheme; readonly token: string }

/**
 * The access token by which a request to one of our own resources is made. Whoever sends it proves to hold
 * what it is bound to: a bound token is no bearer token, nor the other way round (RFC 9449 section 7.1).
 */
export async function presentedToken(
  needs: PresentedTokenNeeds,
  request: ProtocolRequest,
  audience: string,
): Promise<PresentedToken> {
  const sent = sentToken(request)
  const invalid = (why: string) =>
    oauthFailures.invalid_token({ headers: challenge(sent.scheme, 'invalid_token'), log: { why } })
  const found = await readActiveToken(needs, sent.token, audience)
  if (!found.ok) throw invalid(found.why)
  const { client } = found
  const { binding } = found.token
  const isByKey = binding !== undefined && 'jkt' in binding
  if (isByKey !== (sent.scheme === 'DPoP')) throw invalid('the other scheme')
  if (isByKey) await requireProof(needs, client, request, { ...binding, token: sent.token })
  if (binding !== undefined && 'x5t#S256' in binding) {
    // RFC 8705 section 3.
    if (request.certificate?.thumbprint !== binding['x5t#S256']) throw invalid('other certificate')
  }
  return { ...found, insufficient: () => challenge(sent.scheme, 'insufficient_scope') }
}

/** RFC 6750 section 3, RFC 9449 section 7.1: in which ways a token may be sent, and what was wrong with this one. */
function challenge(scheme: Scheme = 'Bearer', error?: string): { 'www-authenticate': string } {
  const told = error === undefined ? '' : `, error="${error}"`
  const bearer = `Bearer realm="cardea"${scheme === 'Bearer' ? told : ''}`
  const dpop = `DPoP algs="${proofAlgorithms.join(' ')}"${scheme === 'DPoP' ? told : ''}`
  return { 'www-authenticate': scheme === 'DPoP' ? `${dpop}, ${bearer}` : `${bearer}, ${dpop}` }
}

/** In the header, or for Bearer in the form body, never both (RFC 6750 section 2, RFC 9449 section 7.1). */
function sentToken({ authorization, parameters }: ProtocolRequest): Sent {
  const [, name, inHeader] = /^(bearer|dpop) +([\w.~+/-]+=*)$/i.exec(authorization ?? '') ?? []
  const inBody = parameters.get('access_token')
  if (inHeader !== undefined && inBody !== undefined) throw oauthFailures.token_twice()
  const token = inHeader ?? inBody
  if (token === undefined) throw oauthFailures.token_missing({ headers: challenge() })
  return { token, scheme: name?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer' }
}

async function requireProof(
  { dpop }: PresentedTokenNeeds,
  client: Client,
  request: ProtocolRequest,
  { jkt, token }: { readonly jkt: string; readonly token: string },
): Promise<void> {
  const { algorithms } = demandsOf(client)
  const verdict = await dpop.verify({ ...request, accessToken: token, algorithms })
  if (verdict.ok && verdict.jkt === jkt) return
  const why = verdict.ok ? 'another key' : verdict.why
  const needsNonce = !verdict.ok && verdict.nonce
  const failure = needsNonce
    ? bindingFailures.use_resource_nonce
    : bindingFailures.invalid_resource_proof
  const error = needsNonce ? 'use_dpop_nonce' : 'invalid_dpop_proof'
  throw failure({
    headers: { ...challenge('DPoP', error), ...nonceHeader(dpop) },
    log: { why },
  })
}
