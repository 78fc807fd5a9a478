import type { Clock } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { Db, Queries } from '../db/index.ts'
import type { KeyAlgorithm } from './algorithm.ts'
import { isEncryption, keyAlgorithms } from './algorithm.ts'
import { isRotationDue, nextAfter, retirement, signerAt } from './key-schedule.ts'
import type { Sealer } from './sealing.ts'
import type { KeyRecord, NewKey } from './signing-key.ts'
import { generateKey } from './signing-key.ts'
import { insertKey, lockKeys, selectKeys, updateRetirement, updateSigningStart } from './store.ts'

export type RotationNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly sealer: Sealer
  /** Runs in the transaction of the rotation, once per key that takes over: the place to audit it. */
  readonly onRotated?: (tx: Queries, kid: string) => Promise<void>
}

/** All in seconds. */
export type KeyPolicy = {
  /** How long a key is published before it signs. */
  readonly publishLead: number
  /** The longest lifetime of anything that is signed. */
  readonly tokenLifetime: number
  readonly rotateEvery: number
}

/** One algorithm's rotation: the key to retire, as seen before the lock, and a key to follow it. */
type Rotation = { readonly seen: KeyRecord; readonly fresh: NewKey }

/**
 * Schedules a successor for the signing key of each algorithm and returns the ids of the keys that take
 * over. A successor that is already scheduled stays the only one; with `now` it takes over at once.
 */
export function rotateKeys(
  needs: RotationNeeds,
  policy: KeyPolicy,
  options: { readonly now?: boolean } = {},
): Promise<string[]> {
  return rotate(needs, keyAlgorithms, { policy, atOnce: options.now ?? false })
}

/** What the hourly job calls: rotates only the algorithms whose key has served its term. */
export async function rotateIfDue(needs: RotationNeeds, policy: KeyPolicy): Promise<string[]> {
  const keys = await selectKeys(needs.db)
  const now = needs.clock.now()
  const due = keyAlgorithms.filter((alg) => isRotationDue(keys, alg, { now, rule: policy }))
  return due.length === 0 ? [] : rotate(needs, due, { policy, atOnce: false })
}

type How = { readonly policy: KeyPolicy; readonly atOnce: boolean }

async function rotate(
  needs: RotationNeeds,
  algorithms: readonly KeyAlgorithm[],
  how: How,
): Promise<string[]> {
  const before = await selectKeys(needs.db)
  const rotations = await Promise.all(
    algorithms.map(async (alg) => {
      const seen = signerAt(before, alg, needs.clock.now())
      return seen && { seen, fresh: await generateKey(needs.sealer, alg) }
    }),
  )
  return needs.db.transaction(async (tx) => {
    await lockKeys(tx)
    const keys = await selectKeys(tx)
    const rotated: string[] = []
    for (const rotation of rotations) {
      const kid =
        rotation && (await succeed({ tx, now: needs.clock.now() }, keys, { rotation, how }))
      if (!kid) continue
      await needs.onRotated?.(tx, kid)
      rotated.push(kid)
    }
    return rotated
  })
}

type Step = { readonly rotation: Rotation; readonly how: How }

/** Nothing to do when someone else rotated between our reading and our lock. */
async function succeed(
  { tx, now }: { readonly tx: Queries; readonly now: Date },
  keys: readonly KeyRecord[],
  { rotation: { seen, fresh }, how: { policy, atOnce } }: Step,
): Promise<string | undefined> {
  const signer = signerAt(keys, seen.alg, now)
  if (signer?.kid !== seen.kid) return undefined
  const scheduled = nextAfter(keys, signer, now)
  if (scheduled && !atOnce) return undefined
  const signsFrom = atOnce ? now : addSeconds(now, policy.publishLead)
  if (scheduled) await updateSigningStart(tx, scheduled.kid, signsFrom)
  else await insertKey(tx, scheduleKey(fresh, now, signsFrom))
  await updateRetirement(tx, signer.kid, retirement(signsFrom, usefulFor(seen.alg, policy)))
  return scheduled?.kid ?? fresh.kid
}

/** Seconds: clients keep what we publish, so an old key must open what is still encrypted to it. */
const keptByClients = 86_400

function usefulFor(alg: KeyAlgorithm, { tokenLifetime }: KeyPolicy): number {
  return isEncryption(alg) ? Math.max(tokenLifetime, keptByClients) : tokenLifetime
}

export function scheduleKey(key: NewKey, createdAt: Date, signsFrom: Date): KeyRecord {
  return { ...key, createdAt, signsFrom, signsUntil: null, verifyUntil: null }
}
