import { decodeJwt } from 'jose'
import type { Request, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { Documents } from './documents.ts'

/** Where a client may begin. Nowhere else can a stranger make us ask another server. */
const beginnings: ReadonlySet<string> = new Set([
  '/oauth/authorize',
  '/oauth/par',
  '/oauth/token',
  '/oauth/device',
])

/** Makes the client of a request known, where its id is the address of its metadata. */
export function readyDocuments(surface: Surface, documents: Documents): void {
  surface.addHook('preHandler', async (request) => {
    if (!beginnings.has(request.routeOptions.url ?? '')) return
    await documents.ready(clientOf(request), originOf(request))
  })
}

function clientOf(request: Request): string | undefined {
  const sent: unknown = request.method === 'GET' ? request.query : request.body
  if (typeof sent !== 'object' || sent === null) return undefined
  const { client_id: id, client_assertion: assertion } = sent as Readonly<Record<string, unknown>>
  if (typeof id === 'string') return id
  return typeof assertion === 'string' ? asserted(assertion) : undefined
}

/** The client that an assertion claims to be from (RFC 7523 section 3). */
function asserted(assertion: string): string | undefined {
  try {
    const { sub }: { sub?: unknown } = decodeJwt(assertion)
    return typeof sub === 'string' ? sub : undefined
  } catch {
    return undefined
  }
}
