import type { Clock } from '../../base/index.ts'
import { hmacSha256, sameBytes } from '../../base/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { Standing, SubjectKey } from '../decision/subject.ts'
import { subjectText } from '../decision/subject.ts'

/** Something that was read, and its horizon: all transactions before it had ended then. */
export type Read = { readonly horizon: number; readonly standing: Standing }

/**
 * What other processes have read, in Redis. It only saves statements: an entry is believed when its horizon
 * says so and not before, so a lost, flushed or slow Redis can neither hide nor revive anything. It is
 * sealed, so that who can write to Redis cannot give themselves a role.
 */
export type SharedStandings = {
  readonly get: (key: SubjectKey) => Promise<Read | undefined>
  readonly put: (read: Read) => void
}

/** Seconds; shorter than the feed remembers changes. */
const lifetime = 240
/** Milliseconds that Redis may take: PostgreSQL is about as fast. */
const patience = 50
/** Milliseconds without it after a failure. */
const pause = 5000

export function createSharedStandings(needs: {
  readonly kv: Kv
  readonly clock: Clock
  readonly key: Buffer
}): SharedStandings {
  const { kv, clock, key: sealKey } = needs
  let away = Number.NEGATIVE_INFINITY
  const nameOf = (key: SubjectKey) => `access:${subjectText(key)}`
  const failed = () => {
    away = clock.now().getTime()
  }
  const usable = () => Math.abs(clock.now().getTime() - away) >= pause
  return {
    async get(key) {
      if (!usable()) return undefined
      try {
        const text = await withinTime(kv.get(nameOf(key)))
        return text === undefined ? undefined : parse(unsealed(sealKey, key, text), key)
      } catch {
        failed()
        return undefined
      }
    },
    put(read) {
      if (!usable()) return
      const { key } = read.standing
      kv.set(nameOf(key), sealed(sealKey, key, JSON.stringify(read)), lifetime).catch(failed)
    },
  }
}

const sealLength = 43

function sealOf(sealKey: Buffer, key: SubjectKey, text: string): string {
  return hmacSha256(sealKey, `${subjectText(key)} ${text}`).toString('base64url')
}

function sealed(sealKey: Buffer, key: SubjectKey, text: string): string {
  return sealOf(sealKey, key, text) + text
}

function unsealed(sealKey: Buffer, key: SubjectKey, written: string): string | undefined {
  const text = written.slice(sealLength)
  const seal = Buffer.from(written.slice(0, sealLength))
  return sameBytes(seal, Buffer.from(sealOf(sealKey, key, text))) ? text : undefined
}

/** What is in Redis is our own writing, of this version or another: another form is as good as none. */
function parse(text: string | undefined, key: SubjectKey): Read | undefined {
  if (text === undefined) return undefined
  const read: Partial<Read> = JSON.parse(text)
  const { horizon, standing } = read
  if (typeof horizon !== 'number' || standing === undefined) return undefined
  const sound =
    standing.key?.id === key.id &&
    standing.key.type === key.type &&
    typeof standing.active === 'boolean' &&
    [standing.grants, standing.groups, standing.names].every(Array.isArray)
  return sound ? { horizon, standing } : undefined
}

async function withinTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('Redis is slow')), patience)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
