import type { AccessNeeds, Group, Holder, Role, Steward } from '../access/index.ts'
import { accessFailures, findGroupCalled, findRole, findRolesCalled } from '../access/index.ts'
import { secureRandom, systemClock } from '../base/index.ts'
import { clientFailures, findClient } from '../clients/index.ts'
import type { Queries } from '../db/index.ts'
import { findUserByIdentifier, identityFailures } from '../identity/index.ts'
import type { Option, Values } from './command.ts'
import { text, UsageError } from './command.ts'
import { withDatabase } from './database.ts'
import { settings } from './settings.ts'

/** Whoever can run commands on the server has everything anyway. */
export const system: Steward = { actor: 'system', giver: 'system' }

/** Runs work on roles; a server that runs beside it finds the change in the database. */
export function withAccess<T>(work: (needs: AccessNeeds) => Promise<T>): Promise<T> {
  const access = { changed: () => {} }
  const parts = { clock: systemClock, random: secureRandom, access }
  return withDatabase(settings(), (db) => work({ ...parts, db }))
}

export async function roleCalled(db: Queries, name: string): Promise<Role> {
  const [found] = await findRolesCalled(db, [name])
  const role = found && (await findRole(db, found.id))
  if (role === undefined) throw accessFailures.unknown_role()
  return role
}

export async function groupCalled(db: Queries, name: string): Promise<Group> {
  const group = await findGroupCalled(db, name)
  if (group === undefined) throw accessFailures.unknown_group()
  return group
}

export const holderOptions: Readonly<Record<string, Option>> = {
  user: { type: 'string', help: 'username or email address' },
  client: { type: 'string', help: 'client_id of an application' },
  group: { type: 'string', help: 'name of a group' },
}

/** The one holder that the options name. */
export async function holderIn(db: Queries, values: Values): Promise<Holder> {
  const [user, client, group] = ['user', 'client', 'group'].map((name) => text(values, name))
  if ([user, client, group].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError('say who: one of --user, --client and --group.')
  }
  if (user !== undefined) return { type: 'user', id: await userIdOf(db, user) }
  if (group !== undefined) return { type: 'group', id: (await groupCalled(db, group)).id }
  const found = await findClient(db, client ?? '')
  if (found === undefined) throw clientFailures.unknown_client()
  return { type: 'client', id: found.clientId }
}

export async function userIdOf(db: Queries, name: string): Promise<string> {
  const user = await findUserByIdentifier(db, name)
  if (user === undefined) throw identityFailures.unknown_user()
  return user.id
}

type Named = { readonly name: string; readonly description: string }
type PageFilter = {
  readonly name: null
  readonly prefix: string
  readonly after: string | null
  readonly limit: number
}
const pageSize = 200

/** Prints a list that is read page by page. */
export async function printByName(
  prefix: string,
  read: (filter: PageFilter) => Promise<readonly Named[]>,
): Promise<void> {
  let after: string | null = null
  for (;;) {
    const page = await read({ name: null, prefix, after, limit: pageSize })
    for (const { name, description } of page)
      console.log(`${name.padEnd(24)} ${description}`.trimEnd())
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    after = last.name
  }
}
