import type { Clock, UserId } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import type { ListPage } from '../../http/index.ts'
import { pageFrom, pageOf } from '../../http/index.ts'
import { listApplications } from '../../oauth/index.ts'
import { ConsentKey, consentBody } from './consent-body.ts'

type Needs = { readonly db: Queries; readonly clock: Clock }
type Query = { readonly limit?: number; readonly after?: string }

/** A page of the applications that a person allowed something, or that hold something of theirs. */
export async function readConsents(
  { db, clock }: Needs,
  userId: UserId,
  query: Query,
): Promise<ListPage<ReturnType<typeof consentBody>>> {
  const { limit, after: [after] = [''] } = pageOf(query, ConsentKey)
  const page = { now: clock.now(), after, limit: limit + 1 }
  const { items, next } = pageFrom(
    await listApplications(db, userId, page),
    limit,
    ({ clientId }) => [clientId],
  )
  return { items: items.map(consentBody), next }
}
