import type { UserId } from '../base/index.ts'
import type { Client } from '../clients/index.ts'

/** How a client knows a person: the `sub` of every answer about them (OIDC Core section 8). */
export type Subjects = {
  readonly of: (client: Client, userId: UserId) => string
}

/** Everybody is told the same. */
export const publicSubjects: Subjects = { of: (_client, userId) => userId }
