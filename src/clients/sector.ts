import type { Outgoing } from '../outgoing/index.ts'
import { OutgoingError } from '../outgoing/index.ts'
import { clientFailures } from './failures.ts'
import type { ClientMetadata } from './schemas.ts'

/**
 * What `sector_identifier_uri` leads to must list every redirect URI (OIDC Core section 8.1). Asked before
 * a client is written, never in a transaction.
 */
export async function requireSector(
  needs: { readonly outgoing: Pick<Outgoing, 'get'> },
  { sector_identifier_uri: uri, redirect_uris: redirects = [] }: Partial<ClientMetadata>,
): Promise<void> {
  if (uri === undefined) return
  const listed = await readList(needs.outgoing, uri)
  const missing = redirects.filter((redirect) => listed?.includes(redirect) !== true)
  if (listed !== undefined && missing.length === 0) return
  const words = listed === undefined ? 'cannot be read' : 'does not list every redirect URI'
  throw clientFailures.invalid_client_metadata({
    members: [{ pointer: '/sector_identifier_uri', words }],
  })
}

async function readList(
  outgoing: Pick<Outgoing, 'get'>,
  uri: string,
): Promise<readonly string[] | undefined> {
  try {
    const { status, text } = await outgoing.get(uri, { accept: 'application/json' })
    const list: unknown = status === 200 ? JSON.parse(text) : undefined
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : undefined
  } catch (error) {
    if (error instanceof OutgoingError || error instanceof SyntaxError) return undefined
    throw error
  }
}
