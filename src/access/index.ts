/**
 * access: permissions, roles with parents, groups, who has which role, and the one rule on what that allows.
 * Owns the tables `permissions`, `roles`, `role_permissions`, `role_parents`, `groups`, `group_members`,
 * `role_assignments` and `access_changes`. Promises that `can` is pure and that giving more never takes
 * away; that no process decides on what was changed more than a second ago; that roles form no cycle, and
 * that an owner stays. Never decides on anything but roles.
 */
export { keepAnOwner } from './assignment/keep-an-owner.ts'
export type { Scope } from './assignment/scope.ts'
export { parseScope, scopeMatches, scopeText } from './assignment/scope.ts'
export { assignRole, countUsersWithRole, roleNames, rolesOf } from './assignment/store.ts'
export type { AccessBook } from './cache/access-book.ts'
export { createAccessBook } from './cache/access-book.ts'
export { sweepAccessChanges } from './cache/store.ts'
export type { CacheEvent } from './cache/subjects.ts'
export type { Allowed, Decision, Question, WhyNot } from './decision/can.ts'
export { can, isCurrent } from './decision/can.ts'
export { mayGive, outranks } from './decision/outranks.ts'
export type { LimitedRight, Rights } from './decision/rights.ts'
export { rightsOf } from './decision/rights.ts'
export type { Grant, Standing, Subject, SubjectKey } from './decision/subject.ts'
export { sortGrants, subjectText } from './decision/subject.ts'
export { accessFailures } from './failures.ts'
export { holdersOf } from './holders/holders.ts'
export { selectRoleKeys as roleKeys } from './holders/store.ts'
export type { Model, RoleNode } from './model/compile.ts'
export { compileModel, wouldCycle } from './model/compile.ts'
export type { OwnPermission } from './model/own-permissions.ts'
export { ownPermissions } from './model/own-permissions.ts'
export type { Permission } from './model/permission.ts'
export {
  covers,
  isPlainName,
  ownPrefix,
  parsePermission,
  permissionPattern,
  permissionText,
  reachesCardea,
} from './model/permission.ts'
export { findSource, includes } from './model/permission-set.ts'
export type { Role } from './model/role.ts'
export { isRoleName, ownerRole, roleNamePattern } from './model/role.ts'
