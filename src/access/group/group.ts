import type { InvalidMember } from '../../base/index.ts'
import { isStorable } from '../../base/index.ts'
import { accessFailures } from '../failures.ts'
import { isRoleName } from '../model/role.ts'

/** Users who have the same roles, because the group has them. */
export type Group = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type Member = {
  readonly userId: string
  readonly username: string
  readonly since: Date
}

/** Fails with 400 unless a group may be called so. */
export function checkGroup({ name, description }: Pick<Group, 'name' | 'description'>): void {
  const members: InvalidMember[] = []
  if (!isRoleName(name)) {
    const words = 'must be 1 to 100 of a-z, 0-9 and _ . : - and begin with a letter or digit'
    members.push({ pointer: '/name', words })
  }
  if (!isStorable(description)) {
    members.push({ pointer: '/description', words: 'cannot be stored' })
  }
  if (members.length > 0) throw accessFailures.invalid_group({ members })
}
