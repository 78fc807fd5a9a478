import type { Asked, Client, ResponseType } from '../../clients/index.ts'
import type { AcrWish } from '../../mfa/index.ts'
import type { AuthorizationDetail } from '../../session/index.ts'
import type { ClaimsRequest } from '../claims.ts'
import { scopesOfClaims } from '../claims.ts'
import type { ValidatedRedirect } from './redirect.ts'

const usualPrompts = ['none', 'login', 'consent', 'select_account'] as const

export type Prompt = (typeof usualPrompts)[number] | 'create'

/** Those that are understood; one leads to registration only where that is open (Initiating User Registration 1.0 section 4). */
export function promptValues(signUp: 'open' | 'invitation' | 'closed'): readonly Prompt[] {
  return signUp === 'open' ? [...usualPrompts, 'create'] : usualPrompts
}

/** An authorization request that passed every check of `checks.ts` (RFC 6749 section 4.1.1, OIDC Core 3.1.2.1). */
export type AuthorizationRequest = {
  readonly client: Client
  readonly responseType: ResponseType
  readonly redirect: ValidatedRedirect
  readonly redirectUriSent: boolean
  readonly scopes: readonly string[]
  readonly codeChallenge: string | undefined
  readonly nonce: string | undefined
  readonly prompts: ReadonlySet<Prompt>
  /** Seconds. */
  readonly maxAge: number | undefined
  readonly claims: ClaimsRequest | undefined
  /** What the client asks of the authentication: the `claims` parameter, `acr_values` or its default. */
  readonly acr: AcrWish | undefined
  readonly loginHint: string | undefined
  /**
   * One of these must be signed in, as the client knows people: from `id_token_hint` and the `claims`
   * parameter; undefined when anybody may.
   */
  readonly subjects: readonly string[] | undefined
  /** Registered resources (RFC 8707). */
  readonly resources: readonly string[]
  /** RFC 9396. */
  readonly details: readonly AuthorizationDetail[] | undefined
  /** Thumbprint of the key that the code will be bound to (RFC 9449 section 10). */
  readonly dpopJkt: string | undefined
}

/** What a person is asked to allow: a claim that is asked for by itself takes the scope that covers it (OIDC Core 5.5). */
export function matterOf({ scopes, claims, resources, details }: AuthorizationRequest): Asked {
  return { scopes: [...new Set([...scopes, ...scopesOfClaims(claims)])], resources, details }
}
