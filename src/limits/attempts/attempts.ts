import { type Clock, comparisonKey } from '../../base/index.ts'
import { networkKey } from '../network.ts'
import type { DigestKey } from '../state/digest-key.ts'
import { changeEntry, type SoftState } from '../state/soft-state.ts'
import { begun, type DelayRules, readBucket, takenBack, waitFor, writeBucket } from './delay.ts'

/** Somebody tries to prove that an account is theirs. */
export type Attempt = {
  /** The identifier as it was typed: whether such an account exists must make no difference. */
  readonly account: string
  readonly ip: string
  /** A device that proved to belong to the account; never a value that anyone could make up. */
  readonly device?: string
}

export type Admission =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfter: number }

export type Attempts = {
  /** Asks for an attempt and, when it is allowed, counts it as a failure until it turns out well. */
  readonly begin: (attempt: Attempt) => Promise<Admission>
  /** Forgives this actor, and takes back what `begin` counted where others are counted too. */
  readonly succeed: (attempt: Attempt) => Promise<void>
  /** Takes back what `begin` counted, and no more: nothing was learnt about the attempt. */
  readonly abandon: (attempt: Attempt) => Promise<void>
}

type Needs = {
  readonly clock: Clock
  readonly store: SoftState
  readonly digest: DigestKey
  readonly rules: DelayRules
}

/** Where an attempt is counted. */
type Place = {
  readonly key: string
  readonly rules: DelayRules
  /** Whether the success of one actor clears the failures of all who are counted here. */
  readonly shared: boolean
}

/** A bucket is forgotten this long (seconds) after its longest delay: waiting must not be a way out. */
const memory = 3600

/** All strangers together may fail so much more often than those of one network. */
const crowd = 4

export function createAttempts(needs: Needs): Attempts {
  return {
    begin: async (attempt) => {
      const places = placesOf(needs, attempt)
      const wait = await longestWaitAt(needs, places)
      return wait > 0 ? { allowed: false, retryAfter: Math.ceil(wait) } : reserve(needs, places)
    },
    succeed: async (attempt) => {
      for (const { key, shared } of placesOf(needs, attempt)) {
        if (shared) await giveBack(needs, key)
        else await needs.store.delete(key)
      }
    },
    abandon: async (attempt) => {
      for (const { key } of placesOf(needs, attempt)) await giveBack(needs, key)
    },
  }
}

/**
 * A known device is counted by itself alone, so that no stranger can delay it.
 * A stranger is counted with its network, and with all strangers: many networks are no way around.
 */
function placesOf({ digest, rules }: Needs, { account, ip, device }: Attempt): Place[] {
  const whose = comparisonKey(account)
  const at = (...parts: readonly string[]) => `limits:delay:${digest('delay', whose, ...parts)}`
  if (device !== undefined) return [{ key: at('device', device), rules, shared: false }]
  return [
    { key: at('network', networkKey(ip)), rules, shared: false },
    { key: at('strangers'), rules: { ...rules, free: rules.free * crowd }, shared: true },
  ]
}

async function longestWaitAt({ store, clock }: Needs, places: readonly Place[]): Promise<number> {
  const values = await Promise.all(places.map(({ key }) => store.get(key)))
  const now = clock.now()
  return Math.max(...places.map(({ rules }, i) => waitFor(readBucket(values[i]), rules, now)))
}

/** Counts the attempt at every place, or at none. */
async function reserve(needs: Needs, places: readonly Place[]): Promise<Admission> {
  const { store, clock } = needs
  const reserved: Place[] = []
  for (const place of places) {
    let wait = 0
    const to = (seen: string | undefined) => {
      const [bucket, now] = [readBucket(seen), clock.now()]
      wait = waitFor(bucket, place.rules, now)
      return wait > 0 ? undefined : writeBucket(begun(bucket, now))
    }
    if (await changeEntry(store, { key: place.key, ttlSeconds: memoryOf(needs), to })) {
      reserved.push(place)
      continue
    }
    for (const { key } of reserved) await giveBack(needs, key)
    return { allowed: false, retryAfter: Math.ceil(wait) }
  }
  return { allowed: true }
}

const memoryOf = ({ rules }: Needs) => memory + rules.longest

async function giveBack(needs: Needs, key: string): Promise<void> {
  const to = (seen: string | undefined) => {
    const bucket = takenBack(readBucket(seen))
    return bucket && writeBucket(bucket)
  }
  await changeEntry(needs.store, { key, ttlSeconds: memoryOf(needs), to })
}
