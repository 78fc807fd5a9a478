import { createPermission, listPermissions } from '../../access/index.ts'
import { system, withAccess } from '../access-core.ts'
import type { Command } from '../command.ts'
import { required, text, UsageError } from '../command.ts'

const pageSize = 200

export const permissionCreate: Command = {
  name: 'permission create',
  summary: 'register what can be done to a type of things',
  options: {
    permission: { type: 'string', help: 'such as document:read' },
    description: { type: 'string', help: 'what it allows' },
  },
  async run(values) {
    const name = required(values, 'permission')
    const [, resource, action] = /^([^:]+):([^:]+)$/.exec(name) ?? []
    if (resource === undefined || action === undefined) {
      throw new UsageError(`--permission ${name} is no permission such as document:read.`)
    }
    const description = text(values, 'description') ?? ''
    await withAccess((needs) => createPermission(needs, { resource, action, description }, system))
    console.log(`registered ${name}`)
    return 0
  },
}

export const permissionList: Command = {
  name: 'permission list',
  summary: 'list permissions, those of Cardea included',
  options: { resource: { type: 'string', help: 'only those of this type, such as document' } },
  async run(values) {
    const resource = text(values, 'resource') ?? null
    await withAccess(async ({ db }) => {
      let after: readonly [string, string] | null = null
      for (;;) {
        const page = await listPermissions(db, { resource, after, limit: pageSize })
        for (const one of page) {
          console.log(`${`${one.resource}:${one.action}`.padEnd(32)} ${one.description}`.trimEnd())
        }
        const last = page.at(-1)
        if (last === undefined || page.length < pageSize) return
        after = [last.resource, last.action]
      }
    })
    return 0
  },
}
