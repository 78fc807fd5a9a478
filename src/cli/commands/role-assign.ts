import type { Assignment, AssignmentFilter } from '../../access/index.ts'
import {
  accessFailures,
  endAssignment,
  giveRole,
  listAssignments,
  parseScope,
  scopeText,
} from '../../access/index.ts'
import type { Queries } from '../../db/index.ts'
import { holderIn, holderOptions, roleCalled, system, withAccess } from '../access-core.ts'
import type { Command, Values } from '../command.ts'
import { required, text, UsageError } from '../command.ts'

const who = {
  ...holderOptions,
  role: { type: 'string', help: 'name of the role' },
  resource: { type: 'string', help: 'only for this thing: document:42, or document:2024-*' },
} as const

export const roleAssign: Command = {
  name: 'role assign',
  summary: 'give a role to a user, a client or a group; it holds within a second',
  options: {
    ...who,
    from: { type: 'string', help: 'not before, such as 2026-12-01T00:00:00Z' },
    until: { type: 'string', help: 'until, such as 2027-01-01T00:00:00Z' },
  },
  async run(values) {
    const role = required(values, 'role')
    const limits = {
      resource: text(values, 'resource') ?? null,
      startsAt: momentIn(values, 'from'),
      endsAt: momentIn(values, 'until'),
    }
    const { assignment, added } = await withAccess(async (needs) => {
      const holder = await holderIn(needs.db, values)
      return giveRole(needs, { role, holder, ...limits }, system)
    })
    console.log(`${added ? 'gave' : 'had given already'} ${words(assignment)}`)
    return 0
  },
}

export const roleUnassign: Command = {
  name: 'role unassign',
  summary: 'take a role back: everywhere without limit, or with --resource for that thing',
  options: who,
  async run(values) {
    const name = required(values, 'role')
    const resource = text(values, 'resource')
    await withAccess(async (needs) => {
      const holder = await holderIn(needs.db, values)
      const role = await roleCalled(needs.db, name)
      const scope = resource === undefined ? undefined : parseScope(resource)
      if (resource !== undefined && scope === undefined) {
        throw new UsageError(`--resource ${resource} is no thing such as document:42.`)
      }
      const found = await allOf(needs.db, { holder, roleId: role.id, scope })
      const meant = found.filter((one) => resource !== undefined || one.scope === null)
      if (meant.length === 0) throw accessFailures.unknown_assignment()
      for (const { id } of meant) {
        console.log(`took back ${words(await endAssignment(needs, id, system))}`)
      }
    })
    return 0
  },
}

const pageSize = 200

async function allOf(
  db: Queries,
  filter: Pick<AssignmentFilter, 'holder' | 'roleId' | 'scope'>,
): Promise<readonly Assignment[]> {
  const all: Assignment[] = []
  for (;;) {
    const page = await listAssignments(db, { ...filter, after: all.at(-1)?.id, limit: pageSize })
    all.push(...page)
    if (page.length < pageSize) return all
  }
}

function momentIn(values: Values, name: string): Date | null {
  const typed = text(values, name)
  if (typed === undefined) return null
  const at = new Date(typed)
  // Without a zone the moment would depend on the machine.
  if (!/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(typed) || Number.isNaN(at.getTime())) {
    throw new UsageError(`--${name} ${typed} is no moment such as 2027-01-01T00:00:00Z.`)
  }
  return at
}

function words({ role, holder, scope, startsAt, endsAt }: Assignment): string {
  const parts = [
    `${role.name} to ${holder.type} ${holder.id}`,
    scope && `for ${scopeText(scope)}`,
    startsAt && `from ${startsAt.toISOString()}`,
    endsAt && `until ${endsAt.toISOString()}`,
  ]
  return parts.filter((part) => part !== null).join(' ')
}
