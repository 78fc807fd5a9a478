import type { ClientId } from '../base/index.ts'
import type { ClientMetadata } from './schemas.ts'

export type { AuthMethod, ClientMetadata, SigningAlgorithm } from './schemas.ts'

export type Client = {
  readonly id: string
  readonly clientId: ClientId
  /** SHA-256 of the client secret; null for clients that have none. */
  readonly secretDigest: Buffer | null
  readonly name: string
  readonly isActive: boolean
  readonly metadata: ClientMetadata
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
