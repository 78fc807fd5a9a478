import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

type Brand<Name extends string> = string & { readonly __brand: Name }

export type UserId = Brand<'UserId'>
export type ClientId = Brand<'ClientId'>
export type SessionId = Brand<'SessionId'>
export type FamilyId = Brand<'FamilyId'>

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** True for the lower-case text form of RFC 9562; anything else must not reach a `uuid` column. */
export function isUuid(value: string): boolean {
  return uuidPattern.test(value)
}

/** A user's id from outside; undefined when it cannot be one. */
export function parseUserId(value: string): UserId | undefined {
  return isUuid(value) ? (value as UserId) : undefined
}

/** A UUID version 7 (RFC 9562 section 5.7): sortable by time, so that indexes grow at one end. */
export function newId<Id extends string>(clock: Clock, random: Random): Id {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(clock.now().getTime(), 0, 6)
  random.bytes(10).copy(bytes, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  const [time, more] = [hex.slice(0, 8), hex.slice(8, 12)]
  return `${time}-${more}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id
}
