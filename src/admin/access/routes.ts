import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { assignmentRoutes } from './assignment-routes.ts'
import { groupRoutes } from './group-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { permissionRoutes } from './permission-routes.ts'
import { roleRoutes } from './role-routes.ts'
import { userAccessRoutes } from './user-access-routes.ts'

/** Everything about who may do what. */
export function accessRoutes(surface: Surface, needs: AdminNeeds): void {
  permissionRoutes(surface, needs)
  roleRoutes(surface, needs)
  groupRoutes(surface, needs)
  memberRoutes(surface, needs)
  assignmentRoutes(surface, needs)
  userAccessRoutes(surface, needs)
}
