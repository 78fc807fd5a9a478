/**
 * access: which roles a user has.
 * Owns the tables `roles` and `user_roles`. Promises that a role is given by the name it has in the
 * table. Never audits by itself: a role is given as a part of a larger change, which is what is audited.
 */
export { accessFailures } from './failures.ts'
export { keepAnOwner } from './keep-an-owner.ts'
export { administratorRoles, isAdministrator, ownerRole } from './roles.ts'
export { assignRole, countUsersWithRole, roleNames, rolesOf } from './store.ts'
