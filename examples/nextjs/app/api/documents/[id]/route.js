// A route handler of Next.js (App Router): GET /api/documents/<id> for who may read that document.
import { protect } from '../../../../protect.js'

export const dynamic = 'force-dynamic'

export const GET = protect('read', 'document', async (_request, { params, caller }) => {
  const { id } = await params
  return Response.json({ id, reader: caller.sub })
})
