import type { ClientMetadata } from '../../clients/index.ts'
import type { Parameters } from '../../http/index.ts'
import { bringsTokens } from './response-type.ts'

/** How the parameters of an answer travel, and whether they do so as one JWT (JARM). */
export type ResponseMode = {
  readonly carrier: 'query' | 'fragment' | 'form_post'
  readonly jwt: boolean
}

/** All values of `response_mode` that we know. */
export const responseModes = [
  'query',
  'fragment',
  'form_post',
  'query.jwt',
  'fragment.jwt',
  'form_post.jwt',
  'jwt',
] as const

const carriers = ['query', 'fragment', 'form_post'] as const

type Choice = {
  readonly mode: ResponseMode
  /** False when another mode was asked for than the answer can be given by. */
  readonly asAsked: boolean
}

/**
 * The mode that was asked for, or the default of the response type (OAuth 2.0 Multiple Response Types section
 * 2.1, JARM section 2.3.4). What cannot be used is refused by way of the default, which is known before
 * anything else of a request is judged.
 */
export function chooseMode(
  parameters: Parameters,
  client: Pick<ClientMetadata, 'authorization_encrypted_response_alg'>,
): Choice {
  const tokens = bringsTokens(parameters.get('response_type'))
  const usual = tokens ? 'fragment' : 'query'
  const asked = parameters.get('response_mode')
  if (asked === undefined) return { mode: { carrier: usual, jwt: false }, asAsked: true }
  if (asked === 'jwt') return { mode: { carrier: usual, jwt: true }, asAsked: true }
  const jwt = asked.endsWith('.jwt')
  const name = jwt ? asked.slice(0, -'.jwt'.length) : asked
  const carrier = carriers.find((known) => known === name)
  if (carrier === undefined) return { mode: { carrier: usual, jwt: false }, asAsked: false }
  // Multiple Response Types section 3; JARM section 2.3.1 lets what is encrypted into an address.
  const encrypted = jwt && client.authorization_encrypted_response_alg !== undefined
  const leaks = carrier === 'query' && tokens && !encrypted
  return leaks
    ? { mode: { carrier: usual, jwt }, asAsked: false }
    : { mode: { carrier, jwt }, asAsked: true }
}
