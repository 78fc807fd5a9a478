import type { JWK } from 'jose'
import type { Clock } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { KeyAlgorithm, SigningAlgorithm } from './algorithm.ts'
import { firstAlgorithms, isEncryption } from './algorithm.ts'
import type { DecryptionKeys } from './decryption-keys.ts'
import { createDecryptionKeys } from './decryption-keys.ts'
import { isPublished, maySign, signerAt } from './key-schedule.ts'
import { scheduleKey } from './rotate-keys.ts'
import type { Sealer } from './sealing.ts'
import type { KeyRecord, SigningKey, SigningRecord, VerifyKey } from './signing-key.ts'
import { generateKey, importSigningKey, importVerifyKey } from './signing-key.ts'
import { insertKey, lockKeys, selectKeys } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly sealer: Sealer
  readonly log?: { readonly error: (facts: object, words: string) => void }
}

/** The signing keys in memory. */
export type KeyRing = {
  /** The key that signs now; the first one of an algorithm is made when it is first asked for. */
  readonly signer: (alg: SigningAlgorithm) => Promise<SigningKey>
  /** RFC 7517 section 5. */
  readonly jwks: () => { keys: JWK[] }
  /** From memory only; an unknown id starts a re-read in the background, at most one per second. */
  readonly find: (kid: string) => VerifyKey | undefined
  /** Like `find`, but waits for that re-read: for a token that another node signed just now. */
  readonly lookup: (kid: string) => Promise<VerifyKey | undefined>
  /** The private keys that what is encrypted to us may open with, by the header of the JWE. */
  readonly decrypting: DecryptionKeys['decrypting']
  readonly refresh: () => Promise<void>
  readonly close: () => void
}

type Held = {
  readonly record: SigningRecord
  readonly verify: VerifyKey
  readonly sign?: SigningKey
}

const rereadPause = 1000

/** Loads the keys, creating the first of each algorithm when there is none. */
export async function openKeyRing(needs: Needs): Promise<KeyRing> {
  await createMissingKeys(needs, firstAlgorithms)
  const keys = createHeldKeys(needs)
  const { refresh, pending } = shareReads(keys.read)
  let lastReread = Number.NEGATIVE_INFINITY
  let closed = false
  const reread = async (): Promise<void> => {
    const now = needs.clock.now().getTime()
    if (closed || Math.abs(now - lastReread) < rereadPause) return pending()
    lastReread = now
    await refresh()
  }
  await refresh()

  return {
    signer: async (alg) => {
      const known = keys.signer(alg)
      if (known !== undefined) return known
      await createMissingKeys(needs, [alg])
      await refresh()
      const made = keys.signer(alg)
      if (made === undefined) throw new Error(`There is no ${alg} key to sign with.`)
      return made
    },
    jwks: () => ({ keys: keys.published() }),
    find: (kid) => {
      if (!keys.has(kid)) reread().catch((err) => needs.log?.error({ err }, 'reading keys failed'))
      return keys.known(kid)
    },
    lookup: async (kid) => {
      if (!keys.has(kid)) await reread()
      return keys.known(kid)
    },
    decrypting: async (header) => {
      const known = await keys.decrypting(header)
      if (known.length > 0) return known
      await reread()
      return keys.decrypting(header)
    },
    refresh,
    close: () => {
      closed = true
    },
  }
}

/** The keys of the last read. */
function createHeldKeys(needs: Needs) {
  const { db, clock } = needs
  const decryption = createDecryptionKeys(needs)
  let records: readonly KeyRecord[] = []
  let held = new Map<string, Held>()
  return {
    read: async (): Promise<void> => {
      const found = await selectKeys(db)
      await decryption.take(found)
      const entries = found
        .filter(isSigningRecord)
        .map(async (record) => hold(needs, record, held.get(record.kid)))
      const opened = (await Promise.all(entries)).flatMap((entry) => entry ?? [])
      held = new Map(opened.map((entry) => [entry.record.kid, entry]))
      records = found
    },
    has: (kid: string) => held.has(kid),
    known: (kid: string): VerifyKey | undefined => {
      const entry = held.get(kid)
      return entry && isPublished(entry.record, clock.now()) ? entry.verify : undefined
    },
    signer: (alg: SigningAlgorithm) =>
      held.get(signerAt(records, alg, clock.now())?.kid ?? '')?.sign,
    published: () => [...publishedKeys(held, clock.now()), ...decryption.published()],
    decrypting: decryption.decrypting,
  }
}

/** Readers share one read; each of them sees at least what the database held when it asked. */
function shareReads(read: () => Promise<void>) {
  let reading: Promise<void> | undefined
  const refresh = async (): Promise<void> => {
    if (reading) await reading.catch(() => undefined)
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
  return { refresh, pending: () => reading }
}

function isSigningRecord(record: KeyRecord): record is SigningRecord {
  return !isEncryption(record.alg)
}

function publishedKeys(held: ReadonlyMap<string, Held>, now: Date): JWK[] {
  return [...held.values()].flatMap(({ record, verify }) =>
    isPublished(record, now) ? [verify.jwk] : [],
  )
}

/**
 * Imports what is not held yet. The private half of a key that signs no more is dropped, and such a key that
 * no master key opens is left out.
 */
async function hold(
  needs: Needs,
  record: SigningRecord,
  before: Held | undefined,
): Promise<Held | undefined> {
  const signs = maySign(record, needs.clock.now())
  try {
    const verify = before?.verify ?? (await importVerifyKey(needs.sealer, record))
    if (!signs) return { record, verify }
    return { record, verify, sign: before?.sign ?? (await importSigningKey(needs.sealer, record)) }
  } catch (err) {
    if (signs) throw err
    needs.log?.error({ err, kid: record.kid }, 'a retired signing key cannot be opened')
    return undefined
  }
}

/** Two nodes that start at once on an empty database end up with one set: the lock decides. */
export async function createMissingKeys(
  { db, clock, sealer }: Pick<Needs, 'db' | 'clock' | 'sealer'>,
  wanted: readonly KeyAlgorithm[],
): Promise<void> {
  const missing = withoutKey(await selectKeys(db), wanted)
  if (missing.length === 0) return
  const fresh = await Promise.all(missing.map((alg) => generateKey(sealer, alg)))
  await db.transaction(async (tx) => {
    await lockKeys(tx)
    const stillMissing = withoutKey(await selectKeys(tx), wanted)
    const now = clock.now()
    for (const key of fresh) {
      if (stillMissing.includes(key.alg)) await insertKey(tx, scheduleKey(key, now, now))
    }
  })
}

function withoutKey(keys: readonly KeyRecord[], wanted: readonly KeyAlgorithm[]): KeyAlgorithm[] {
  return wanted.filter((alg) => !keys.some((key) => key.alg === alg))
}
