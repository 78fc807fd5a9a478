import type { Clock } from '../../base/index.ts'
import type {
  AuthMethod,
  Client,
  ClientCache,
  ClientKeys,
  SecretUses,
} from '../../clients/index.ts'
import { matchingSecret } from '../../clients/index.ts'
import type { Parameters } from '../../http/index.ts'
import type { Kv } from '../../kv/index.ts'
import { oauthFailures } from '../failures.ts'
import { assertedClient, assertionType, verifyAssertion } from './assertion.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import { parseBasic } from './basic.ts'
import type { Brake } from './brake.ts'

export type ClientAuthNeeds = {
  readonly clients: ClientCache
  readonly secretUses: SecretUses
  readonly clock: Clock
  readonly kv: Kv
  readonly clientKeys: ClientKeys
  readonly audiences: readonly string[]
  readonly clockSkew: number
  readonly brake: Brake
}

/** One way in which a request says who the client is. */
type Attempt = { readonly method: AuthMethod; readonly clientId: string; readonly proof: string }

const challenge = { 'www-authenticate': 'Basic realm="cardea", charset="UTF-8"' } // RFC 6749 section 5.2

/** The authenticated client of a request. It must use exactly one method, the registered one. */
export async function authenticateClient(
  needs: ClientAuthNeeds,
  { authorization, parameters, origin: { ip } }: ProtocolRequest,
): Promise<Client> {
  const refuse = (why: string) =>
    oauthFailures.client_authentication({ log: { why }, headers: challenge })
  const attempts = readAttempts(authorization, parameters)
  if (attempts === 'malformed') throw refuse('malformed credentials')
  if (attempts.length > 1) throw oauthFailures.several_authentications() // RFC 6749 section 2.3
  const [attempt] = attempts
  if (attempt === undefined) throw refuse('no client')
  const named = parameters.get('client_id')
  if (named !== undefined && named !== attempt.clientId) throw refuse('client_id differs')
  needs.brake.check(attempt.clientId, ip)
  const result = await judge(needs, attempt)
  if ('client' in result) return result.client
  await needs.brake.failed(attempt.clientId, ip)
  throw refuse(result.why)
}

type Judgement = { readonly client: Client } | { readonly why: string }

async function judge(needs: ClientAuthNeeds, attempt: Attempt): Promise<Judgement> {
  const client = await needs.clients.find(attempt.clientId)
  if (client === undefined) return { why: 'unknown client' }
  if (client.metadata.token_endpoint_auth_method !== attempt.method) return { why: 'other method' }
  return (await proves(needs, client, attempt)) ? { client } : { why: 'wrong proof' }
}

async function proves(needs: ClientAuthNeeds, client: Client, attempt: Attempt): Promise<boolean> {
  switch (attempt.method) {
    case 'none':
      return true
    case 'client_secret_basic':
    case 'client_secret_post':
      return provesSecret(needs, client, attempt.proof)
    case 'private_key_jwt':
      return verifyAssertion(needs, client, attempt.proof)
    case 'client_secret_jwt':
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return false
  }
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
  if (basic)
    attempts.push({ method: 'client_secret_basic', clientId: basic.clientId, proof: basic.secret })
  const clientId = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  if (secret !== undefined) {
    attempts.push({ method: 'client_secret_post', clientId: clientId ?? '', proof: secret })
  }
  const assertion = parameters.get('client_assertion')
  if (assertion !== undefined || parameters.has('client_assertion_type')) {
    const claimed = assertedClient(assertion ?? '')
    const typed = parameters.get('client_assertion_type') === assertionType
    if (assertion === undefined || claimed === undefined || !typed) return 'malformed'
    attempts.push({ method: 'private_key_jwt', clientId: claimed, proof: assertion })
  }
  if (attempts.length === 0 && clientId !== undefined) {
    attempts.push({ method: 'none', clientId, proof: '' })
  }
  return attempts
}
