import { spotting } from '../detector.ts'
import { finding } from '../event.ts'

/** So many names are kept with an event. */
const most = 50

/** Somebody, a client or a group got a role with rights over Cardea itself. */
export const privilegeGiven = spotting('privilege_given', ['role.assign'], (record, context) => {
  const { role } = record.details
  const reach = typeof role === 'string' ? context.reachOf(role) : 'none'
  if (record.outcome !== 'success' || reach === 'none') return undefined
  const kind = reach === 'owner' ? 'owner_given' : 'privilege_given'
  return finding(record, kind, { details: { role } })
})

/** Somebody came into a group that has such a role. */
export const memberAdded = spotting('member_added', ['group.change_members'], (record, context) => {
  const added = textsIn(record.details.added)
  const reach = context.reachOf(record.resource)
  if (record.outcome !== 'success' || reach === 'none' || added.length === 0) return undefined
  const kind = reach === 'owner' ? 'owner_given' : 'privilege_given'
  return finding(record, kind, { details: { added: added.slice(0, most) } })
})

/** A role reaches further into Cardea than before. */
export const roleWidened = spotting(
  'role_widened',
  ['role.create', 'role.update'],
  (record, context) => {
    const reaching = addedIn(record.details).filter(
      (text) => reachesCardea(text) || context.reachOf(text) !== 'none',
    )
    if (record.outcome !== 'success' || reaching.length === 0) return undefined
    return finding(record, 'role_widened', { details: { added: reaching.slice(0, most) } })
  },
)

/** An administrator begins to act in the account of somebody else. */
export const impersonation = spotting('impersonation', ['impersonation.start'], (record) =>
  record.outcome === 'success'
    ? finding(record, 'impersonation', {
        ...(record.onBehalfOf !== null && { subject: record.onBehalfOf }),
        details: { reason: record.details.reason ?? null },
      })
    : undefined,
)

/** The permissions and the parents that came to a role; all of them where it is new. */
function addedIn(details: Readonly<Record<string, unknown>>): string[] {
  const { after, permissions_added: permissions, parents_added: parents } = details
  const all: Readonly<Record<string, unknown>> = isObject(after) ? { ...after } : {}
  return [permissions, parents, all.permissions, all.parents].flatMap(textsIn)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** `cardea.user:read`, `cardea.*:*`, `*:*`, `*:read`. */
function reachesCardea(permission: string): boolean {
  return /^(?:\*|cardea\.[\w.*-]*):/.test(permission)
}
