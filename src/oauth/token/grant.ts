import type { Client } from '../../clients/index.ts'
import type { AuthorizationDetail, TokenBinding } from '../../session/index.ts'
import type { ProtocolRequest } from '../protocol-request.ts'

/** The successful answer of the token endpoint (RFC 6749 section 5.1, OIDC Core 3.1.3.3). */
export type TokenResponse = {
  readonly access_token: string
  readonly token_type: 'Bearer' | 'DPoP'
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
  /** RFC 8693 section 2.2.1. */
  readonly issued_token_type?: string
  /** RFC 9396 section 7. */
  readonly authorization_details?: AuthorizationDetail[]
}

export type GrantRequest = Pick<ProtocolRequest, 'parameters' | 'lists' | 'origin'> & {
  readonly client: Client
  /** What the request proved to hold, and so what its tokens are bound to. */
  readonly binding: TokenBinding | undefined
  /** The `resource` parameters (RFC 8707 section 2.2): registered, and allowed to the client. */
  readonly resources: readonly string[]
}

/** One grant type. The endpoint has authenticated the client and knows that it may use the grant. */
export type Grant = {
  readonly type: Client['metadata']['grant_types'][number]
  readonly redeem: (request: GrantRequest) => Promise<TokenResponse>
}
