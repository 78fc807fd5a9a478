import type { Client } from '../clients/index.ts'
import { signingAlgorithms } from '../keys/index.ts'
import type { AccessClaims } from './access-claims.ts'
import type { AnswerNeeds } from './answer.ts'
import { answerEncryption, answerJwt, encryptJson } from './answer.ts'
import type { PresentedTokenNeeds } from './binding/presented-token.ts'
import { presentedToken } from './binding/presented-token.ts'
import type { ClaimsRequest } from './claims.ts'
import { selectClaims } from './claims.ts'
import type { MetadataPart } from './discovery.ts'
import { oauthFailures } from './failures.ts'
import type { ProtocolRequest } from './protocol-request.ts'
import type { Subjects } from './subject.ts'

export type UserinfoNeeds = PresentedTokenNeeds &
  AnswerNeeds & {
    readonly accessClaims: AccessClaims
    readonly subjects: Subjects
  }

type Userinfo = { readonly sub: string } & Readonly<Record<string, unknown>>

/**
 * OIDC Core 5.3: the claims that the token's scopes and the `claims` parameter ask for, in one statement. A text is a
 * JWT, for a client that is registered for one.
 */
export async function userinfo(
  needs: UserinfoNeeds,
  request: ProtocolRequest,
): Promise<Userinfo | string> {
  const presented = await presentedToken(needs, request, needs.issuer)
  const { client, person: user } = presented
  const { scopes } = presented.token
  if (user === undefined || !scopes.includes('openid')) {
    throw oauthFailures.insufficient_scope({ headers: presented.insufficient() })
  }
  const asked = user.claims as ClaimsRequest | null
  const key = { type: 'user', id: user.id } as const
  const rights = await needs.accessClaims(key, client, scopes, 'userinfo')
  const sub = needs.subjects.of(client, user.id)
  return inForm(needs, client, { ...selectClaims(user, scopes, asked?.userinfo), ...rights, sub })
}

/** OIDC Core 5.3.2: as JSON, signed, encrypted or both, as the client is registered. */
async function inForm(
  needs: UserinfoNeeds,
  client: Client,
  told: Userinfo,
): Promise<Userinfo | string> {
  const { userinfo_signed_response_alg: signed, userinfo_encrypted_response_alg: encrypted } =
    client.metadata
  if (signed === undefined && encrypted === undefined) return told
  if (signed === undefined) return encryptJson(needs, client, 'userinfo', told)
  const payload = () => ({ ...told, iss: needs.issuer, aud: client.clientId })
  return answerJwt(needs, client, 'userinfo', { typ: 'JWT', payload })
}

/** OIDC Discovery section 3. */
export function userinfoMetadata(): MetadataPart {
  return {
    userinfo_signing_alg_values_supported: signingAlgorithms,
    userinfo_encryption_alg_values_supported: answerEncryption.alg,
    userinfo_encryption_enc_values_supported: answerEncryption.enc,
  }
}
