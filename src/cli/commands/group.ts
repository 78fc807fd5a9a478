import { changeMembers, createGroup, listGroups } from '../../access/index.ts'
import type { Queries } from '../../db/index.ts'
import { groupCalled, printByName, system, userIdOf, withAccess } from '../access-core.ts'
import type { Command, Values } from '../command.ts'
import { required, text, texts, UsageError } from '../command.ts'

const group = { type: 'string', help: 'name of the group' } as const
const user = { type: 'string', multiple: true, help: 'username or email address' } as const

export const groupList: Command = {
  name: 'group list',
  summary: 'list groups by name',
  options: { prefix: { type: 'string', help: 'only those whose names begin so' } },
  async run(values) {
    const prefix = text(values, 'prefix') ?? ''
    await withAccess(({ db }) => printByName(prefix, (filter) => listGroups(db, filter)))
    return 0
  },
}

export const groupCreate: Command = {
  name: 'group create',
  summary: 'make a group without members',
  options: { group, description: { type: 'string', help: 'who is in it' } },
  async run(values) {
    const input = {
      name: required(values, 'group'),
      description: text(values, 'description') ?? '',
    }
    const { name, id } = await withAccess((needs) => createGroup(needs, input, system))
    console.log(`created group ${name} (${id})`)
    return 0
  },
}

export const groupAdd: Command = {
  name: 'group add',
  summary: 'let users join a group; its roles hold for them within a second',
  options: { group, user },
  async run(values) {
    const { added } = await change(values, 'add')
    console.log(`${added.length} joined`)
    return 0
  },
}

export const groupRemove: Command = {
  name: 'group remove',
  summary: 'let users leave a group',
  options: { group, user },
  async run(values) {
    const { removed } = await change(values, 'remove')
    console.log(`${removed.length} left`)
    return 0
  },
}

function change(values: Values, what: 'add' | 'remove') {
  const name = required(values, 'group')
  const users = texts(values, 'user')
  if (users.length === 0) throw new UsageError('--user is needed.')
  return withAccess(async (needs) => {
    const { id: groupId } = await groupCalled(needs.db, name)
    const ids = await idsOf(needs.db, users)
    return changeMembers(needs, { groupId, [what]: ids }, system)
  })
}

function idsOf(db: Queries, users: readonly string[]): Promise<string[]> {
  return Promise.all(users.map((name) => userIdOf(db, name)))
}
