import type { InvalidMember } from '../../base/index.ts'
import { hasControls, isStorable, isUuid } from '../../base/index.ts'
import { ownerRole } from '../model/role.ts'
import type { Scope } from './scope.ts'
import { parseScope } from './scope.ts'

/** Who can be given a role. */
export type Holder = { readonly type: 'user' | 'client' | 'group'; readonly id: string }

export type Assignment = {
  readonly id: string
  readonly role: { readonly id: string; readonly name: string }
  readonly holder: Holder
  readonly scope: Scope | null
  readonly startsAt: Date | null
  readonly endsAt: Date | null
  readonly createdBy: string
  readonly createdAt: Date
}

/** What somebody asks for; the resource as it is written, such as `document:42`. */
export type NewAssignment = {
  /** By name. */
  readonly role: string
  readonly holder: Holder
  readonly resource?: string | null
  readonly startsAt?: Date | null
  readonly endsAt?: Date | null
}

export type CheckedAssignment = {
  readonly scope: Scope | null
  readonly startsAt: Date | null
  readonly endsAt: Date | null
}

/** What is wrong with an assignment as far as it alone tells, and what it comes to. Pure. */
export function checkAssignment(
  input: NewAssignment,
  now: Date,
): { readonly checked: CheckedAssignment; readonly members: readonly InvalidMember[] } {
  const { resource = null, startsAt = null, endsAt = null } = input
  const scope = resource === null ? null : parseScope(resource)
  const members: InvalidMember[] = []
  if (scope === undefined || !isStorable(resource)) {
    members.push({
      pointer: '/resource',
      words: 'is no thing such as document:42 or document:2024-*',
    })
  }
  if (startsAt !== null && !isMoment(startsAt)) {
    members.push({ pointer: '/starts_at', words: 'is no moment' })
  }
  if (endsAt !== null && !(isMoment(endsAt) && endsAt > now)) {
    members.push({ pointer: '/ends_at', words: 'must be later than now' })
  } else if (startsAt !== null && endsAt !== null && endsAt <= startsAt) {
    members.push({ pointer: '/ends_at', words: 'must be later than the start' })
  }
  const checked = { scope: scope ?? null, startsAt, endsAt }
  return { checked, members: [...members, ...ownerProblems(input, checked)] }
}

/** Owners are people, and of everything, always: or else nobody could tell whether one is left. */
function ownerProblems(
  { role, holder }: NewAssignment,
  { scope, startsAt, endsAt }: CheckedAssignment,
): InvalidMember[] {
  if (role !== ownerRole) return []
  const words = 'cannot limit the role owner'
  return [
    ...(holder.type === 'user' ? [] : [{ pointer: '/subject/type', words: 'cannot be an owner' }]),
    ...(scope === null ? [] : [{ pointer: '/resource', words }]),
    ...(startsAt === null ? [] : [{ pointer: '/starts_at', words }]),
    ...(endsAt === null ? [] : [{ pointer: '/ends_at', words }]),
  ]
}

/** Whether a text can be the id of a holder at all; anything else must not reach the database. */
export function isHolderId({ type, id }: Holder): boolean {
  return type === 'client' ? id.length <= 256 && !hasControls(id) && isStorable(id) : isUuid(id)
}

/** PostgreSQL and JavaScript agree on these years. */
function isMoment(at: Date): boolean {
  const year = at.getUTCFullYear()
  return year >= 1970 && year <= 9999
}
