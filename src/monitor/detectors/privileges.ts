import type { AuditRecord } from '../../audit/index.ts'
import type { Reach } from '../detector.ts'
import { spotting } from '../detector.ts'
import { finding } from '../event.ts'

/** Somebody got a role with rights over Cardea itself, or came into a group that has one. */
export const privilegeGiven = spotting(
  'privilege_given',
  ['role.assign', 'group.add_member', 'group.assign'],
  (record, context) => {
    const roles = rolesIn(record)
    const reach = farthest(roles.map((role) => context.reachOf(role)))
    if (record.outcome !== 'success' || reach === 'none') return undefined
    const kind = reach === 'owner' ? 'owner_given' : 'privilege_given'
    return finding(record, kind, { details: { roles } })
  },
)

/** A role reaches further into Cardea than before. */
export const roleWidened = spotting(
  'role_widened',
  ['role.create', 'role.update'],
  (record, context) => {
    const added = addedIn(record.details)
    const reaching = added.filter((word) => reachesCardea(word) || context.reachOf(word) !== 'none')
    if (record.outcome !== 'success' || reaching.length === 0) return undefined
    return finding(record, 'role_widened', { details: { added: reaching.slice(0, 50) } })
  },
)

/** An administrator begins to act in the account of somebody else. */
export const impersonation = spotting('impersonation', ['impersonation.start'], (record) =>
  record.outcome === 'success'
    ? finding(record, 'impersonation', {
        ...(record.onBehalfOf !== null && { subject: record.onBehalfOf }),
      })
    : undefined,
)

/** The names and ids of roles that the details tell of. */
function rolesIn({ details }: AuditRecord): string[] {
  const named = [details.role, details.role_id, details.role_name, details.roles]
  return [...new Set(named.flatMap(textsIn))].slice(0, 100)
}

/**
 * What came to a role: permissions and parents that are in `to` and not in `from`, or everything where the
 * role is new.
 */
function addedIn(details: Readonly<Record<string, unknown>>): string[] {
  return ['permissions', 'parents', 'add_permissions', 'added'].flatMap((name) => {
    const member = details[name]
    if (!isChange(member)) return textsIn(member)
    const before = new Set(textsIn(member.from))
    return textsIn(member.to).filter((text) => !before.has(text))
  })
}

function isChange(value: unknown): value is { readonly from: unknown; readonly to: unknown } {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.flatMap(textsIn) : []
}

/** `cardea.user:read`, `cardea.*:*`, `*:*`, `*:read`. */
function reachesCardea(permission: string): boolean {
  return /^(?:\*|cardea\.[\w.*-]*):/.test(permission)
}

function farthest(reaches: readonly Reach[]): Reach {
  if (reaches.includes('owner')) return 'owner'
  return reaches.includes('cardea') ? 'cardea' : 'none'
}
