/** The role of the first administrator. */
export const ownerRole = 'owner'

export const administratorRoles: readonly string[] = [ownerRole, 'admin']

export function isAdministrator(roles: readonly string[]): boolean {
  return roles.some((role) => administratorRoles.includes(role))
}
