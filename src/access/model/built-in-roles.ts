import type { OwnPermission } from './own-permissions.ts'
import { ownPermissions } from './own-permissions.ts'
import { ownerRole } from './role.ts'

const everything = Object.entries(ownPermissions).flatMap(([resource, actions]) =>
  actions.map((action) => `${resource}:${action}`),
)
const forSupport: readonly OwnPermission[] = [
  'cardea.user:read',
  'cardea.user:recover',
  'cardea.session:read',
  'cardea.session:end',
  'cardea.factor:read',
  'cardea.emergency:read',
]

/** What the roles that Cardea comes with are for, and so keep. The migrations put the same into the tables. */
export const builtInRoles: ReadonlyMap<string, readonly string[]> = new Map<
  string,
  readonly string[]
>([
  [ownerRole, ['*:*']],
  ['admin', everything],
  ['auditor', [...everything.filter((one) => one.endsWith(':read')), 'cardea.audit:export']],
  ['support', forSupport],
  ['user', []],
  ['authorizer', everything.filter((one) => one.startsWith('cardea.decision:'))],
])
