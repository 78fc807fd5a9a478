import type { Client } from '../../clients/index.ts'
import type { AcrWish } from '../../mfa/index.ts'
import type { AuthorizationDetail } from '../../session/index.ts'
import type { ClaimsRequest } from '../claims.ts'
import type { ValidatedRedirect } from './redirect.ts'

export type Prompt = 'none' | 'login' | 'consent' | 'select_account' | 'create'

/** An authorization request that passed every check of `checks.ts` (RFC 6749 section 4.1.1, OIDC Core 3.1.2.1). */
export type AuthorizationRequest = {
  readonly client: Client
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
  /** The subject that must be signed in: from `id_token_hint` or the `claims` parameter. */
  readonly subject: string | undefined
  /** Registered resources (RFC 8707). */
  readonly resources: readonly string[]
  /** RFC 9396. */
  readonly details: readonly AuthorizationDetail[] | undefined
  /** Thumbprint of the key that the code will be bound to (RFC 9449 section 10). */
  readonly dpopJkt: string | undefined
}
