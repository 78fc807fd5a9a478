import type { Origin } from '../../audit/index.ts'
import type { Clock, UserId } from '../../base/index.ts'
import { comparisonKey, hasControls, isWellFormed, sha256 } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import type { Queue } from '../../jobs/index.ts'
import { writeLetter } from '../../mail/index.ts'
import { existsDevice, upsertDevice } from './store.ts'
import { describeUserAgent } from './user-agent.ts'

/** What signing in needs to know of an account. */
export type Person = {
  readonly id: UserId
  readonly username: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly profile: { readonly locale?: string | undefined }
}

export type Sighting = {
  readonly userId: UserId
  /** The secret of the device cookie, or `apiDevice`. */
  readonly device: string
  readonly userAgent?: string | undefined
}

/** `first`: the account had no device before, so there is nobody to be warned. */
export type Recognition = 'known' | 'first' | 'new'

/** An application that keeps no cookie is told apart by how it calls itself; that only saves letters. */
export function apiDevice(userAgent: string | undefined): string {
  return `api:${userAgent?.slice(0, 512) ?? ''}`
}

/** Notes that a person signed in from a device, in one statement. */
export async function recogniseDevice(
  tx: Tx,
  { userId, device, userAgent }: Sighting,
  now: Date,
): Promise<Recognition> {
  const sighting = { userId, digest: sha256(device), userAgent: userAgent?.slice(0, 512) ?? null }
  const seen = await upsertDevice(tx, { ...sighting, at: now })
  if (seen?.isNew !== true) return 'known'
  return seen.hadOthers ? 'new' : 'first'
}

type Needs = { readonly clock: Clock; readonly queue: Queue; readonly issuer: string }

type Arrival = { readonly person: Person; readonly device: string; readonly origin: Origin }

/** The same at a sign-in, and the owner of the account is told of a new device (ASVS 6.3.5). */
export async function noticeDevice(
  needs: Needs,
  tx: Tx,
  { person, device, origin }: Arrival,
): Promise<Recognition> {
  const { ip = '', userAgent } = origin
  const now = needs.clock.now()
  const recognition = await recogniseDevice(tx, { userId: person.id, device, userAgent }, now)
  const { email, emailVerified, username, profile } = person
  if (recognition !== 'new' || email === null || !emailVerified) return recognition
  await writeLetter(needs, tx, {
    to: email,
    locale: profile.locale ?? 'en',
    template: 'new-device',
    values: {
      username,
      at: now.toISOString(),
      device: userAgent === undefined ? '' : describeUserAgent(userAgent).words,
      ip,
      sessionsUrl: `${needs.issuer}/account/sessions`,
      forgotUrl: `${needs.issuer}/forgot-password`,
    },
  })
  return recognition
}

const longestIdentifier = 254

/**
 * Whether the account behind an identifier, as typed, was signed in to from this device before. One
 * read, and none without a device cookie. Only the secret of a cookie counts, never `apiDevice`, which
 * anybody can guess.
 */
export async function isKnownDevice(
  queries: Queries,
  identifier: string,
  device: string | undefined,
): Promise<boolean> {
  if (device === undefined || device.startsWith('api:')) return false
  if (identifier.length > longestIdentifier) return false
  if (!isWellFormed(identifier) || hasControls(identifier)) return false
  return existsDevice(queries, comparisonKey(identifier), sha256(device))
}
