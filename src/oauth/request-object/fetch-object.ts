import { sha256 } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { Outgoing } from '../../outgoing/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import { oauthFailures } from '../failures.ts'
import type { ProtocolSettings } from '../settings.ts'
import { requestFailures } from './failures.ts'

export type FetchNeeds = {
  readonly kv: Kv
  readonly outgoing: Outgoing
  readonly protocol: Pick<ProtocolSettings, 'requestUris'>
}

/** RFC 9101 section 5.2.3, and what is served by who does not know it. */
const mediaTypes = ['application/oauth-authz-req+jwt', 'application/jwt', 'application/jose']
/** Characters: the same as by value. */
const longest = 32_768
/** Seconds for which an object is kept whose address says what it is. */
const keptFor = 600

const refused = (why: string, cause?: unknown) =>
  requestFailures.invalid_request_uri({ parameter: 'request_uri', log: { why }, cause })

/** The request object at an address that its client registered (RFC 9101 section 5.2, OIDC Core 6.2). */
export async function fetchObject(needs: FetchNeeds, client: Client, uri: string): Promise<string> {
  if (!needs.protocol.requestUris) throw oauthFailures.request_uri_not_supported()
  if (!isRegistered(client, uri)) throw refused('not registered')
  const digest = digestIn(uri)
  if (digest === undefined) return fetched(needs, uri)
  const key = `request_object:${sha256(uri).toString('base64url')}`
  const known = await needs.kv.get(key)
  if (known !== undefined) return known
  const text = await fetched(needs, uri)
  // OIDC Core 6.2: the fragment is the digest of the content, so another content is not what was meant.
  if (sha256(text).toString('base64url') !== digest) throw refused('another content')
  await needs.kv.set(key, text, keptFor)
  return text
}

/** OIDC Registration section 2: the fragment changes with the content, and may be left out where it is registered. */
function isRegistered({ metadata: { request_uris: uris = [] } }: Client, uri: string): boolean {
  return uris.some((one) => one === uri || withoutFragment(one) === withoutFragment(uri))
}

function withoutFragment(uri: string): string {
  return uri.split('#', 1)[0] ?? uri
}

function digestIn(uri: string): string | undefined {
  return /#([\w-]{43})$/.exec(uri)?.[1]
}

async function fetched({ outgoing }: FetchNeeds, uri: string): Promise<string> {
  const accept = mediaTypes.join(', ')
  const { status, headers, text } = await outgoing
    .get(withoutFragment(uri), { accept })
    .catch((error: unknown) => {
      throw error instanceof OutgoingError ? refused(error.trouble, error) : error
    })
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  if (status !== 200) throw refused('no object there')
  if (!mediaTypes.includes(type.trim().toLowerCase())) throw refused('another media type')
  if (text.length > longest) throw refused('too large')
  return text.trim()
}
