import { mayGive } from '../access/index.ts'
import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import { addSeconds, newId } from '../base/index.ts'
import type { Tx } from '../db/index.ts'
import type { User } from '../identity/index.ts'
import { writeLetter } from '../mail/index.ts'
import type { ApiKey } from './api-key.ts'
import type { CheckedKey, NewApiKey } from './check-key.ts'
import { checkKey } from './check-key.ts'
import { apiKeyFailures } from './failures.ts'
import { newKeyText } from './key-text.ts'
import type { ApiKeyNeeds } from './needs.ts'
import { keysUrl } from './needs.ts'
import { remindAhead } from './remind.ts'
import { holdKeysOf, insertKey } from './store.ts'

/** Keys that count at the same time. */
export const mostKeys = 50

export type CreatedKey = {
  readonly key: ApiKey
  /** The key itself: shown once, kept nowhere. */
  readonly text: string
}

/** A new key for the programs of a person. The caller has made sure that it is the person who asks. */
export async function createApiKey(
  needs: ApiKeyNeeds,
  { user, origin }: { readonly user: User; readonly origin: Origin },
  input: NewApiKey,
): Promise<CreatedKey> {
  if (!needs.rules.enabled) throw apiKeyFailures.switched_off()
  const now = needs.clock.now()
  const checked = checkKey(input, needs.rules, now)
  await requireOwnRights(needs, user, checked)
  const { text, start, digest } = newKeyText(needs.random)
  const { name, scopes, expiresAt } = checked
  const key: ApiKey = {
    id: newId(needs.clock, needs.random),
    userId: user.id,
    name,
    start,
    scopes,
    expiresAt,
    createdAt: now,
    lastUsedAt: null,
    lastIp: null,
    revokedAt: null,
  }
  await needs.db.transaction(async (tx) => {
    await holdKeysOf(tx, user.id)
    // A key that ends so soon needs no letter before its end.
    const reminded = expiresAt <= addSeconds(now, remindAhead)
    if ((await insertKey(tx, { ...key, digest, reminded }, mostKeys)) === 0) {
      throw apiKeyFailures.too_many()
    }
    await record(needs, tx, { key, user, origin })
  })
  needs.count('created')
  return { key, text }
}

/** What reaches into Cardea itself, a key has only if its owner has it now. */
async function requireOwnRights(
  { access }: ApiKeyNeeds,
  user: User,
  { permissions }: CheckedKey,
): Promise<void> {
  const [model, subject] = await Promise.all([
    access.model(),
    access.subject({ type: 'user', id: user.id }),
  ])
  if (subject !== undefined && mayGive(model, subject, permissions)) return
  throw apiKeyFailures.beyond_owner()
}

async function record(
  needs: ApiKeyNeeds,
  tx: Tx,
  { key, user, origin }: { readonly key: ApiKey; readonly user: User; readonly origin: Origin },
): Promise<void> {
  const { name, start, scopes, expiresAt } = key
  await appendAudit(needs, tx, {
    actor: `user:${user.id}`,
    action: 'api_key.create',
    resource: `api_key:${key.id}`,
    outcome: 'success',
    origin,
    details: { name, start, scopes, until: expiresAt.toISOString() },
  })
  if (user.email === null || !user.emailVerified) return
  await writeLetter(needs, tx, {
    to: user.email,
    locale: user.profile.locale ?? 'en',
    template: 'api-key-created',
    values: {
      username: user.username,
      at: key.createdAt.toISOString(),
      device: needs.describeDevice(origin.userAgent),
      ip: origin.ip ?? '',
      name,
      scopes: scopes.join(', '),
      until: expiresAt.toISOString(),
      keysUrl: keysUrl(needs.issuer),
    },
  })
}
