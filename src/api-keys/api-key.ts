import type { UserId } from '../base/index.ts'
import type { User } from '../identity/index.ts'

/** A key that a person made for a program, without the key itself. */
export type ApiKey = {
  readonly id: string
  readonly userId: UserId
  readonly name: string
  /** The first characters of the key. */
  readonly start: string
  /** Permissions that it may use of those that its owner has when it is used. */
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly lastUsedAt: Date | null
  readonly lastIp: string | null
  readonly revokedAt: Date | null
}

export type ApiKeyState = 'active' | 'expired' | 'revoked'

export function stateOf({ revokedAt, expiresAt }: ApiKey, now: Date): ApiKeyState {
  if (revokedAt !== null && revokedAt < expiresAt) return 'revoked'
  return now < expiresAt ? 'active' : 'expired'
}

/** A key that counts, with whose it is. */
export type HeldKey = { readonly key: ApiKey; readonly user: User }
