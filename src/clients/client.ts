import type { ClientId } from '../base/index.ts'
import type { ClientMetadata, ResponseType } from './schemas.ts'

export type { AuthMethod, ClientMetadata, ResponseType, SigningAlgorithm } from './schemas.ts'

/** A client that an administrator did not register is vouched for by nobody. */
export type RegisteredBy = 'administrator' | 'itself' | 'document'

export type Client = {
  readonly id: string
  readonly clientId: ClientId
  /** SHA-256 of the client secret; null for clients that have none. */
  readonly secretDigest: Buffer | null
  /** The same of the secret before, for as long as it works too. */
  readonly previousSecretDigest: Buffer | null
  readonly previousSecretExpiresAt: Date | null
  /** The newest secret itself, sealed, for a client whose secret is a key of ours too (client_secret_jwt). */
  readonly sealedSecret: string | null
  readonly name: string
  readonly isActive: boolean
  /** An administrator, the client itself (RFC 7591), or the document that its id is the address of (CIMD). */
  readonly registeredBy: RegisteredBy
  /** When it is removed unless it is used before. */
  readonly expiresAt: Date | null
  readonly metadata: ClientMetadata
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A client that cannot keep a secret (RFC 6749 section 2.1). */
export function isPublic(client: Client): boolean {
  return client.metadata.token_endpoint_auth_method === 'none'
}

export function allowedScopes(client: Client): readonly string[] {
  return client.metadata.scope.split(' ').filter((scope) => scope !== '')
}

/** Registered before response types were kept, a client has those that its grants bring. */
export function responseTypesOf({ metadata }: Pick<Client, 'metadata'>): readonly ResponseType[] {
  const usual = metadata.grant_types.includes('authorization_code') ? (['code'] as const) : []
  return metadata.response_types ?? usual
}

/** Whether the client proves itself by a secret that we give it. */
export function usesSecret({
  token_endpoint_auth_method: method,
}: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean {
  return method.startsWith('client_secret_')
}
