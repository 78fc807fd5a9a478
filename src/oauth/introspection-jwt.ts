import { numericDate } from '../base/index.ts'
import type { Clock } from '../base/index.ts'
import type { Client } from '../clients/index.ts'
import { signingAlgorithms } from '../keys/index.ts'
import type { AnswerNeeds } from './answer.ts'
import { answerEncryption, answerJwt } from './answer.ts'
import type { MetadataPart } from './discovery.ts'
import type { Introspection } from './introspect.ts'

const typ = 'token-introspection+jwt'
/** RFC 9701 section 10.2. */
export const introspectionJwtType = `application/${typ}`

type Needs = AnswerNeeds & { readonly clock: Clock; readonly issuer: string }

/** RFC 9701 section 4: asked for by its media type, unless with a weight of nothing (RFC 9110 section 12.4.2). */
export function wantsIntrospectionJwt(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return type === introspectionJwtType && !parameters.some((one) => /^q=0(\.0*)?$/.test(one))
  })
}

/**
 * RFC 9701 section 5: the answer as something that can be kept and shown later. It has neither `sub` nor `exp`
 * of its own, so that nobody takes it for a token (section 8.1).
 */
export function introspectionJwt(
  needs: Needs,
  client: Client,
  answer: Introspection,
): Promise<string> {
  const payload = () => ({
    iss: needs.issuer,
    aud: client.clientId,
    iat: numericDate(needs.clock.now()),
    token_introspection: answer,
  })
  return answerJwt(needs, client, 'introspection', { typ, payload })
}

/** RFC 9701 section 7. */
export function introspectionMetadata(): MetadataPart {
  return {
    introspection_signing_alg_values_supported: signingAlgorithms,
    introspection_encryption_alg_values_supported: answerEncryption.alg,
    introspection_encryption_enc_values_supported: answerEncryption.enc,
  }
}
