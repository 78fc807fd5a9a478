import type { ClientMetadata } from '../../clients/index.ts'
import type { Parameters } from '../../http/index.ts'
import { bringsTokens } from './response-type.ts'

/** How the parameters of an answer travel, and whether they do so as one JWT (JARM). */
export type ResponseMode = {
  readonly carrier: 'query' | 'fragment' | 'form_post'
  readonly jwt: boolean
}

const carriers = ['query', 'fragment', 'form_post'] as const

type Choice = {
  readonly mode: ResponseMode
  /** False when another mode was asked for than the answer can be given by. */
  readonly asAsked: boolean
}

/**
 * The mode that was asked for, or the default of the response type (OAuth 2.0 Multiple Response Types section
 * 2.1, JARM section 2.3.4). What cannot be used is refused by way of the default, or of the first mode that the
 * client is registered with; either is known before anything else of a request is judged.
 */
export function chooseMode(
  parameters: Parameters,
  client: Pick<ClientMetadata, 'authorization_encrypted_response_alg' | 'response_modes'>,
): Choice {
  const tokens = bringsTokens(parameters.get('response_type'))
  const usual = { carrier: tokens ? 'fragment' : 'query', jwt: false } as const
  // FAPI 2.0 Message Signing sections 5.3.3 and 5.4.1: who is registered for signed answers gets no others.
  const registered = client.response_modes?.flatMap((text) => readMode(text, usual) ?? [])
  const [otherwise = usual] = registered ?? []
  const asked = parameters.get('response_mode')
  const mode = asked === undefined ? usual : readMode(asked, usual)
  if (mode === undefined) return { mode: otherwise, asAsked: false }
  const { carrier, jwt } = mode
  // Multiple Response Types section 3; JARM section 2.3.1 lets what is encrypted into an address.
  const encrypted = jwt && client.authorization_encrypted_response_alg !== undefined
  const leaks = carrier === 'query' && tokens && !encrypted
  if (leaks) return { mode: { ...usual, jwt }, asAsked: false }
  const allowed = registered?.some((one) => one.carrier === carrier && one.jwt === jwt) ?? true
  return allowed ? { mode, asAsked: true } : { mode: otherwise, asAsked: false }
}

function readMode(text: string, usual: ResponseMode): ResponseMode | undefined {
  if (text === 'jwt') return { ...usual, jwt: true }
  const jwt = text.endsWith('.jwt')
  const name = jwt ? text.slice(0, -'.jwt'.length) : text
  const carrier = carriers.find((known) => known === name)
  return carrier && { carrier, jwt }
}
