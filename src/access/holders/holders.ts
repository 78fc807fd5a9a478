import type { UserId } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import type { AccessBook } from '../cache/access-book.ts'
import type { Permission } from '../model/permission.ts'
import { includes } from '../model/permission-set.ts'
import { selectRoleKeys, selectUsersWithRoles } from './store.ts'

type Needs = { readonly db: Queries; readonly access: Pick<AccessBook, 'model'> }
type Wish = { readonly now: Date; readonly most: number }

/** Users to whom a role gives a permission without limit now; up to `most` of them. */
export async function holdersOf(
  { db, access }: Needs,
  permission: Permission,
  wish: Wish,
): Promise<UserId[]> {
  const [model, roles] = await Promise.all([access.model(), selectRoleKeys(db)])
  const ids = roles.map(({ id }) => id)
  const giving = ids.filter((id) => includes(model.permissionsOf([id]), permission))
  return giving.length === 0 ? [] : selectUsersWithRoles(db, giving, wish)
}
