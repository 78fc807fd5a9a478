import type { Role } from '../../access/index.ts'
import { changeRole, createRole, listRoles, permissionText } from '../../access/index.ts'
import { printByName, roleCalled, system, withAccess } from '../access-core.ts'
import type { Command } from '../command.ts'
import { required, text, texts, UsageError } from '../command.ts'

const role = { type: 'string', help: 'name of the role' } as const

export const roleList: Command = {
  name: 'role list',
  summary: 'list roles by name',
  options: { prefix: { type: 'string', help: 'only those whose names begin so' } },
  async run(values) {
    const prefix = text(values, 'prefix') ?? ''
    await withAccess(({ db }) => printByName(prefix, (filter) => listRoles(db, filter)))
    return 0
  },
}

export const roleShow: Command = {
  name: 'role show',
  summary: 'show a role with its parents and permissions as JSON',
  options: { role },
  async run(values) {
    const name = required(values, 'role')
    print(await withAccess(({ db }) => roleCalled(db, name)))
    return 0
  },
}

export const roleCreate: Command = {
  name: 'role create',
  summary: 'make a role',
  options: {
    role,
    description: { type: 'string', help: 'what it is for' },
    parent: { type: 'string', multiple: true, help: 'role whose permissions it has as well' },
    permission: {
      type: 'string',
      multiple: true,
      help: 'such as document:read, document:* or document:update@own',
    },
  },
  async run(values) {
    const input = {
      name: required(values, 'role'),
      description: text(values, 'description') ?? '',
      parents: texts(values, 'parent'),
      permissions: texts(values, 'permission'),
    }
    print(await withAccess((needs) => createRole(needs, input, system)))
    return 0
  },
}

export const roleGrant: Command = {
  name: 'role grant',
  summary: 'add permissions and parents to a role; all who have it have them within a second',
  options: {
    role,
    permission: { type: 'string', multiple: true, help: 'such as document:read' },
    parent: { type: 'string', multiple: true, help: 'role whose permissions it has as well' },
  },
  async run(values) {
    const name = required(values, 'role')
    const change = {
      add_permissions: texts(values, 'permission'),
      add_parents: texts(values, 'parent'),
    }
    if (change.add_permissions.length + change.add_parents.length === 0) {
      throw new UsageError('say what to add: --permission or --parent.')
    }
    const changed = await withAccess(async (needs) => {
      const { id } = await roleCalled(needs.db, name)
      return changeRole(needs, { id, basedOn: 'any', change }, system)
    })
    print(changed)
    return 0
  },
}

function print({ id, name, description, builtIn, parents, permissions }: Role): void {
  const shown = permissions.map(permissionText)
  const head = { id, name, description, built_in: builtIn }
  console.log(JSON.stringify({ ...head, parents, permissions: shown }, null, 2))
}
