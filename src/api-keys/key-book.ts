import type { Clock } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { HeldKey } from './api-key.ts'
import { digestOf } from './key-text.ts'
import type { KeyEvent } from './needs.ts'
import { noteUse, selectHeldKey } from './store.ts'

/** Milliseconds for which a key is remembered: within a second every process knows that it was revoked. */
const memory = 1000
const mostRemembered = 10_000
/** Seconds between two notes of when a key was used last. */
const noteEvery = 60

/** Slows down who tries keys: the one of the clients, told of keys under one name. */
type Brake = {
  readonly check: (name: string, ip: string) => void
  readonly failed: (name: string, ip: string) => Promise<void>
}

export type KeyBookNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly enabled: boolean
  readonly brake: Brake
  readonly count: (event: KeyEvent) => void
}

export type KeyBook = {
  /**
   * The key that a text is, and whose; undefined for what does not count. `ip` is where it comes from:
   * who failed too often there is refused with 429, but not with a key that was good a moment ago.
   * null for a caller that has proved itself otherwise.
   */
  readonly find: (text: string, ip: string | null) => Promise<HeldKey | undefined>
  /** Looks again at the next use: a key was revoked in this process. */
  readonly forget: () => void
}

type Entry = { readonly readAt: number; readonly held: Promise<HeldKey | undefined> }

const braked = 'api_key'

/** Keys in use, each read with one statement and remembered for a second. */
export function createKeyBook(needs: KeyBookNeeds): KeyBook {
  const { clock, brake, count } = needs
  const entries = new Map<string, Entry>()
  const proven = new Set<string>()
  const note = createNotes(needs)

  const refuse = async (ip: string | null) => {
    count('refused')
    if (ip !== null) await brake.failed(braked, ip)
    return undefined
  }
  const read = (name: string, digest: Buffer): Promise<HeldKey | undefined> => {
    const now = clock.now().getTime()
    const known = entries.get(name)
    if (known !== undefined && Math.abs(now - known.readAt) < memory) return known.held
    const held = selectHeldKey(needs.db, digest)
    if (entries.size >= mostRemembered) entries.clear()
    entries.set(name, { readAt: now, held })
    held.catch(() => entries.delete(name))
    return held
  }
  return {
    async find(text, ip) {
      const digest = needs.enabled ? digestOf(text) : undefined
      const name = digest?.toString('base64url') ?? ''
      if (ip !== null && !proven.has(name)) brake.check(braked, ip)
      if (digest === undefined) return refuse(ip)
      const held = await read(name, digest)
      if (held === undefined || !held.user.isActive || clock.now() >= held.key.expiresAt) {
        proven.delete(name)
        return refuse(ip)
      }
      if (proven.size >= mostRemembered) proven.clear()
      proven.add(name)
      note(held, ip)
      count('accepted')
      return held
    },
    forget: () => entries.clear(),
  }
}

/** Notes when a key was used, once a minute at most and never on the way of a request. */
function createNotes({ db, clock }: KeyBookNeeds) {
  const noted = new Map<string, number>()
  return ({ key }: HeldKey, ip: string | null): void => {
    const now = clock.now()
    const last = Math.max(noted.get(key.id) ?? 0, key.lastUsedAt?.getTime() ?? 0)
    if (now.getTime() - last < noteEvery * 1000) return
    if (noted.size >= mostRemembered) noted.clear()
    noted.set(key.id, now.getTime())
    // Nobody waits for it, and losing one note loses a minute.
    noteUse(db, { id: key.id, now, since: addSeconds(now, -noteEvery), ip }).catch(() =>
      noted.delete(key.id),
    )
  }
}
