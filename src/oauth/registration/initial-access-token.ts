import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Clock, Random } from '../../base/index.ts'
import { addSeconds, newId, randomToken, sha256 } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { registrationFailures } from './failures.ts'
import type { InitialAccessToken } from './store.ts'
import { insertToken, removeToken, selectTokens } from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }
type By = { readonly actor: string; readonly origin?: Origin }

export type NewInitialAccessToken = {
  readonly name: string
  readonly uses: number
  /** Seconds. */
  readonly lifetime: number
  readonly scopes: readonly string[] | null
  readonly grantTypes: InitialAccessToken['grantTypes']
}

/** Makes a token by which clients register themselves. It is in the answer and nowhere else. */
export async function createInitialAccessToken(
  needs: Needs,
  { lifetime, ...wanted }: NewInitialAccessToken,
  by: By,
): Promise<{ token: InitialAccessToken; text: string }> {
  const text = `cit_${randomToken(needs.random)}`
  const now = needs.clock.now()
  const token: InitialAccessToken = {
    ...wanted,
    id: newId(needs.clock, needs.random),
    used: 0,
    createdBy: by.actor,
    createdAt: now,
    expiresAt: addSeconds(now, lifetime),
  }
  await needs.db.transaction(async (tx) => {
    await insertToken(tx, token, sha256(text))
    await appendAudit(needs, tx, {
      ...entry('registration_token.create', token.id, by),
      details: { after: { ...wanted, expires_at: token.expiresAt } },
    })
  })
  return { token, text }
}

export function listInitialAccessTokens(
  { db }: Pick<Needs, 'db'>,
  page: { readonly before: string | null; readonly limit: number },
): Promise<InitialAccessToken[]> {
  return selectTokens(db, page)
}

/** Ends a token. Clients that were registered with it stay. */
export async function revokeInitialAccessToken(needs: Needs, id: string, by: By): Promise<void> {
  await needs.db.transaction(async (tx) => {
    if ((await removeToken(tx, id)) === 0) throw registrationFailures.unknown_token()
    await appendAudit(needs, tx, entry('registration_token.revoke', id, by))
  })
}

function entry(action: string, id: string, { actor, origin }: By) {
  const resource = `registration_token:${id}`
  return { actor, action, resource, outcome: 'success', ...(origin && { origin }) } as const
}
