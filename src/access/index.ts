/**
 * access: permissions, roles with parents, groups, who has which role, and the one rule on what that allows.
 * Owns the tables `permissions`, `roles`, `role_permissions`, `role_parents`, `groups`, `group_members`,
 * `role_assignments` and `access_changes`. Promises that `can` is pure and that giving more never takes
 * away; that no process decides on what was changed more than a second ago; that roles form no cycle, and
 * that an owner stays. Never decides on anything but roles.
 */
export { giveRole } from './assignment/assign-role.ts'
export type { Assignment, Holder, NewAssignment } from './assignment/assignment.ts'
export { isHolderId } from './assignment/assignment.ts'
export type { Held, HeldPermission, HeldRole } from './assignment/effective.ts'
export { heldPermissions, heldRoles } from './assignment/effective.ts'
export { endAssignment } from './assignment/end-assignment.ts'
export { keepAnOwner } from './assignment/keep-an-owner.ts'
export type { AssignmentFilter } from './assignment/list/store.ts'
export { selectAssignments as listAssignments } from './assignment/list/store.ts'
export type { Scope } from './assignment/scope.ts'
export { parseScope, scopeMatches, scopeText } from './assignment/scope.ts'
export type { AccessNeeds, Giver, Steward } from './assignment/steward.ts'
export {
  assignRole,
  countUsersWithRole,
  roleNames,
  rolesOf,
  selectAssignment as findAssignment,
  sweepAssignments,
} from './assignment/store.ts'
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
export { changeGroup, deleteGroup } from './group/change-group.ts'
export type { MembersChanged } from './group/change-members.ts'
export { changeMembers } from './group/change-members.ts'
export { createGroup } from './group/create-group.ts'
export type { Group, Member } from './group/group.ts'
export {
  selectGroup as findGroup,
  selectGroupCalled as findGroupCalled,
  selectGroups as listGroups,
  selectGroupsOf as listGroupsOf,
  selectMembers as listMembers,
} from './group/store.ts'
export { builtInRoles } from './model/built-in-roles.ts'
export { changePermission } from './model/change-permission.ts'
export type { BasedOn } from './model/change-role.ts'
export { changeRole } from './model/change-role.ts'
export { holdersOf } from './holders/holders.ts'
export {
  selectRoleKeys as roleKeys,
  selectRolesOfGroups as rolesOfGroups,
} from './holders/store.ts'
export type { Model, RoleNode } from './model/compile.ts'
export { compileModel } from './model/compile.ts'
export { createPermission } from './model/create-permission.ts'
export { createRole } from './model/create-role.ts'
export { deletePermission } from './model/delete-permission.ts'
export { deleteRole } from './model/delete-role.ts'
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
export type { RoleChange } from './model/role-draft.ts'
export type { PermissionRow, RoleHead } from './model/store.ts'
export {
  selectPermission as findPermission,
  selectPermissions as listPermissions,
  selectRole as findRole,
  selectRoleIds as findRolesCalled,
  selectRoles as listRoles,
} from './model/store.ts'
export { findCandidates } from './search/holders-of-right.ts'
export type { Reach } from './search/reach.ts'
export { reachOf } from './search/reach.ts'
export { selectActions } from './search/store.ts'
