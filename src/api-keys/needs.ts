import type { AccessBook } from '../access/index.ts'
import type { Clock, Random } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { User } from '../identity/index.ts'
import type { Queue } from '../jobs/index.ts'
import type { UserId } from '../base/index.ts'

export type ApiKeyRules = {
  readonly enabled: boolean
  /** Seconds. */
  readonly defaultLifetime: number
  /** Seconds. */
  readonly maxLifetime: number
}

export type KeyEvent = 'created' | 'revoked' | 'accepted' | 'refused'

/** What keys stand on. */
export type ApiKeyNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly queue: Queue
  readonly access: AccessBook
  readonly issuer: string
  readonly rules: ApiKeyRules
  readonly describeDevice: (userAgent: string | undefined) => string
  readonly personOf: (userId: UserId) => Promise<User | undefined>
  readonly count: (event: KeyEvent) => void
}

/** Where a person looks after their keys. */
export const keysUrl = (issuer: string) => `${issuer}/account/api-keys`
