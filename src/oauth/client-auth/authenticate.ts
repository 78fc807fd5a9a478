/**
 * client-auth: who a client is, at every endpoint for programs.
 * Promises that exactly one method is used, that it is the registered one, that an assertion counts once, and that
 * guessing secrets gets slow.
 */

import type { AuthMethod, Client, ClientCache, SecretUses } from '../../clients/index.ts'
import { matchingSecret } from '../../clients/index.ts'
import type { Parameters } from '../../http/index.ts'
import { oauthFailures } from '../failures.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import type { FederatedNeeds } from '../trusted-issuers/federated.ts'
import { verifyFederated } from '../trusted-issuers/federated.ts'
import type { AssertionNeeds } from './assertion.ts'
import { assertedIssuer, assertionType, verifyAssertion } from './assertion.ts'
import { parseBasic } from './basic.ts'
import type { Brake } from './brake.ts'
import { judgeIssued, judgeSelfSigned } from './certificate.ts'

export type ClientAuthNeeds = AssertionNeeds &
  FederatedNeeds & {
    readonly clients: ClientCache
    readonly secretUses: SecretUses
    readonly brake: Brake
  }

/** One way in which a request says who the client is, and the registered methods that it can be. */
type Attempt = {
  readonly methods: readonly AuthMethod[]
  readonly clientId: string
  readonly proof: string
}

/** A `client_id` alone: the client proves nothing, or by its connection (RFC 8705 section 2). */
const named: readonly AuthMethod[] = ['none', 'tls_client_auth', 'self_signed_tls_client_auth']
const asserted: readonly AuthMethod[] = ['private_key_jwt', 'client_secret_jwt']

const challenge = { 'www-authenticate': 'Basic realm="cardea", charset="UTF-8"' } // RFC 6749 section 5.2

/** The authenticated client of a request. It must use exactly one method, the registered one. */
export async function authenticateClient(
  needs: ClientAuthNeeds,
  request: ProtocolRequest,
): Promise<Client> {
  const { parameters, authorization } = request
  const { ip } = request.origin
  const refuse = (why: string) =>
    oauthFailures.client_authentication({ log: { why }, headers: challenge })
  const attempts = readAttempts(authorization, parameters)
  if (attempts === 'malformed') throw refuse('malformed credentials')
  if (attempts.length > 1) throw oauthFailures.several_authentications() // RFC 6749 section 2.3
  const [attempt] = attempts
  if (attempt === undefined) throw refuse('no client')
  const asked = parameters.get('client_id')
  if (asked !== undefined && asked !== attempt.clientId) throw refuse('client_id differs')
  needs.brake.check(attempt.clientId, ip)
  const result = await judge(needs, request, attempt)
  if ('client' in result) return result.client
  await needs.brake.failed(attempt.clientId, ip)
  throw refuse(result.why)
}

type Judgement = { readonly client: Client } | { readonly why: string }

async function judge(
  needs: ClientAuthNeeds,
  request: ProtocolRequest,
  attempt: Attempt,
): Promise<Judgement> {
  const client = await needs.clients.find(attempt.clientId)
  if (client === undefined) return { why: 'unknown client' }
  const method = client.metadata.token_endpoint_auth_method
  if (!attempt.methods.includes(method)) return { why: 'other method' }
  const why = await refusal(needs, request, { client, proof: attempt.proof })
  return why === undefined ? { client } : { why }
}

/** Why a request does not prove to be from the client; undefined when it does. */
async function refusal(
  needs: ClientAuthNeeds,
  { path, certificate }: ProtocolRequest,
  { client, proof }: { readonly client: Client; readonly proof: string },
): Promise<string | undefined> {
  switch (client.metadata.token_endpoint_auth_method) {
    case 'none':
      return undefined
    case 'client_secret_basic':
    case 'client_secret_post':
      return provesSecret(needs, client, proof) ? undefined : 'wrong secret'
    case 'private_key_jwt':
      return refusedAssertion(needs, client, { assertion: proof, path })
    case 'client_secret_jwt':
      return verifyAssertion(needs, client, { assertion: proof, path })
    case 'tls_client_auth':
      return judgeIssued(client, certificate)
    case 'self_signed_tls_client_auth':
      return judgeSelfSigned(needs.clientKeys, client, certificate)
  }
}

/** RFC 7523 section 3: signed by the client itself, or by an issuer that it is registered with. */
async function refusedAssertion(
  needs: ClientAuthNeeds,
  client: Client,
  presented: { readonly assertion: string; readonly path: string },
): Promise<string | undefined> {
  const own = assertedIssuer(presented.assertion)?.iss === client.clientId
  const { federated_credentials: others = [] } = client.metadata
  if (own || others.length === 0) return verifyAssertion(needs, client, presented)
  const proved = await verifyFederated(needs, client, presented.assertion)
  return proved ? undefined : 'not a token of its issuers'
}

function provesSecret(needs: ClientAuthNeeds, client: Client, presented: string): boolean {
  const digest = matchingSecret(client, presented, needs.clock.now())
  if (digest !== undefined) needs.secretUses.note(client.clientId, digest)
  return digest !== undefined
}

function readAttempts(
  authorization: string | undefined,
  parameters: Parameters,
): Attempt[] | 'malformed' {
  const attempts: Attempt[] = []
  const basic = parseBasic(authorization)
  if (basic === 'malformed') return 'malformed'
  if (basic) {
    const { clientId, secret } = basic
    attempts.push({ methods: ['client_secret_basic'], clientId, proof: secret })
  }
  const clientId = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  if (secret !== undefined) {
    attempts.push({ methods: ['client_secret_post'], clientId: clientId ?? '', proof: secret })
  }
  const assertion = parameters.get('client_assertion')
  if (assertion !== undefined || parameters.has('client_assertion_type')) {
    const from = assertedClient(assertion ?? '', clientId)
    const typed = parameters.get('client_assertion_type') === assertionType
    if (assertion === undefined || from === undefined || !typed) return 'malformed'
    attempts.push({ methods: asserted, clientId: from, proof: assertion })
  }
  if (attempts.length === 0 && clientId !== undefined) {
    attempts.push({ methods: named, clientId, proof: '' })
  }
  return attempts
}

/**
 * The client that an assertion is for. What it signed itself names it as issuer and subject (RFC 7523 section
 * 3); a token of another issuer does not, so that the request has to name the client (RFC 7521 section 4.2).
 */
function assertedClient(assertion: string, clientId: string | undefined): string | undefined {
  const from = assertedIssuer(assertion)
  if (from === undefined) return undefined
  return clientId ?? (from.iss === from.sub ? from.sub : undefined)
}
