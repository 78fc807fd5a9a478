import type { Client } from '../../clients/index.ts'
import type { Origin, Parameters } from '../../http/index.ts'

/** The successful answer of the token endpoint (RFC 6749 section 5.1, OIDC Core 3.1.3.3). */
export type TokenResponse = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
}

export type GrantRequest = {
  readonly client: Client
  readonly parameters: Parameters
  readonly origin: Origin
}

/** One grant type. The endpoint has authenticated the client and knows that it may use the grant. */
export type Grant = {
  readonly type: Client['metadata']['grant_types'][number]
  readonly redeem: (request: GrantRequest) => Promise<TokenResponse>
}
