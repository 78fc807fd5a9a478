import { appendAudit } from '../audit/index.ts'
import type { ClientId, Clock, Random } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { Db, Queries } from '../db/index.ts'
import type { Sealer } from '../keys/index.ts'
import type { BasedOn, By } from './change.ts'
import { auditEntry, requireVersion } from './change.ts'
import type { Client } from './client.ts'
import { usesSecret } from './client.ts'
import { clientFailures } from './failures.ts'
import { isSecretSealed, newClientSecret, openSecrets, sealSecrets } from './secret.ts'
import { endPreviousSecret, lockClient, replaceSecret, selectSecrets } from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }

type Rotation = {
  readonly by: By
  /** Seconds for which the secret that is replaced works on; 0 ends every older one at once. */
  readonly overlap?: number
  readonly basedOn?: BasedOn
}

export type NewSecret = { readonly secret: string; readonly previousExpiresAt: Date | undefined }

/** What is known of a secret; never the secret. */
export type ListedSecret = {
  readonly name: 'current' | 'previous'
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

/** Replaces the secret. Of those before at most one goes on working, until the overlap is over. */
export async function rotateClientSecret(
  needs: Needs & { readonly sealer: Sealer },
  clientId: ClientId,
  { by, overlap = 0, basedOn = 'any' }: Rotation,
): Promise<NewSecret> {
  return needs.db.transaction(async (tx) => {
    const client = await lockClient(tx, clientId)
    if (client === undefined) throw clientFailures.unknown_client()
    requireVersion(client, basedOn)
    if (!usesSecret(client.metadata) || client.secretDigest === null)
      throw clientFailures.no_secret()
    const method = client.metadata.token_endpoint_auth_method
    const { secret, digest } = newClientSecret(needs.random, method)
    const now = needs.clock.now()
    const previousExpiresAt = overlap > 0 ? addSeconds(now, overlap) : undefined
    const before = previousExpiresAt === undefined ? [] : openSecrets(needs.sealer, client)
    await replaceSecret(tx, clientId, {
      digest,
      sealed: isSecretSealed(client.metadata)
        ? sealSecrets(needs.sealer, clientId, [secret, ...before.slice(0, 1)])
        : null,
      now,
      previousExpiresAt: previousExpiresAt ?? null,
    })
    await appendAudit(needs, tx, {
      ...auditEntry('client.rotate_secret', clientId, by),
      details: { overlap },
    })
    return { secret, previousExpiresAt }
  })
}

/** Ends the secret before at once. */
export async function endOldSecret(needs: Needs, clientId: ClientId, by: By): Promise<void> {
  await needs.db.transaction(async (tx) => {
    const ended = await endPreviousSecret(tx, clientId, needs.clock.now())
    if (ended === 0) throw clientFailures.unknown_secret()
    await appendAudit(needs, tx, auditEntry('client.end_secret', clientId, by))
  })
}

/** The secrets that work now, the newest first. */
export async function listSecrets(
  queries: Queries,
  clientId: Client['clientId'],
  now: Date,
): Promise<ListedSecret[]> {
  const row = await selectSecrets(queries, clientId)
  if (row === undefined) throw clientFailures.unknown_client()
  const { createdAt, usedAt, previousCreatedAt, previousUsedAt, previousExpiresAt } = row
  const current: ListedSecret = {
    name: 'current',
    createdAt,
    expiresAt: null,
    lastUsedAt: usedAt,
  }
  const previous: ListedSecret = {
    name: 'previous',
    createdAt: previousCreatedAt,
    expiresAt: previousExpiresAt,
    lastUsedAt: previousUsedAt,
  }
  return [
    ...(row.hasSecret ? [current] : []),
    ...(previousExpiresAt !== null && previousExpiresAt > now ? [previous] : []),
  ]
}
