import type { Permission } from './permission.ts'

export type Role = {
  readonly id: string
  readonly name: string
  readonly description: string
  /** Comes with Cardea; it keeps its name and cannot be deleted. */
  readonly builtIn: boolean
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Names of the roles whose permissions it has as well. */
  readonly parents: readonly string[]
  /** Its own permissions, without those of its parents. */
  readonly permissions: readonly Permission[]
}

/** The role of the first administrator. */
export const ownerRole = 'owner'

const namePattern = /^[a-z0-9][a-z0-9_.:-]{0,99}$/

export const roleNamePattern = namePattern.source

export function isRoleName(text: string): boolean {
  return namePattern.test(text)
}
