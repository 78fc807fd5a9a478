import type { Reply, Request } from '../http/index.ts'
import type { BasedOn } from '../identity/index.ts'
import { identityFailures } from '../identity/index.ts'

/** Says which version of something an answer shows (RFC 9110 section 8.8.3). */
export function tagged(reply: Reply, { version }: { readonly version: number }): Reply {
  return reply.header('etag', `"${version}"`)
}

/**
 * The version a change is based on (RFC 9110 section 13.1.1). A change without If-Match could undo
 * another one unseen, so it is refused (RFC 6585 section 3); `*` says that this is wanted.
 */
export function basedOn(request: Request): BasedOn {
  const header = request.headers['if-match']
  if (header === undefined) throw identityFailures.version_missing()
  if (header.trim() === '*') return 'any'
  const version = /^\s*"(\d{1,9})"\s*$/.exec(header)?.[1]
  if (version === undefined) throw identityFailures.changed_meanwhile()
  return Number(version)
}
