import type { Clock } from '../../base/index.ts'
import type { KeyLookup, Outgoing, RemoteKeys } from '../../outgoing/index.ts'

/** Finds the keys of an issuer that is known by its name only. */
export type IssuerKeys = {
  /** Undefined where its metadata cannot be read or is not about it. */
  readonly of: (issuer: string) => Promise<KeyLookup | undefined>
}

type Needs = {
  readonly clock: Clock
  readonly outgoing: Outgoing
  readonly remoteKeys: RemoteKeys
}

/** Milliseconds. */
const keepFound = 600_000
const keepMissing = 30_000
const most = 1000

type Entry = { readonly readAt: number; readonly uri: Promise<string | undefined> }

/** Reads the metadata of issuers (OIDC Discovery section 4, RFC 8414 section 3) and remembers it for a while. */
export function createIssuerKeys(needs: Needs): IssuerKeys {
  const entries = new Map<string, Entry>()
  const isFresh = async ({ readAt, uri }: Entry, now: number) => {
    const keep = (await uri) === undefined ? keepMissing : keepFound
    return Math.abs(now - readAt) < keep
  }
  const addressOf = async (issuer: string) => {
    const now = needs.clock.now().getTime()
    const known = entries.get(issuer)
    if (known !== undefined && (await isFresh(known, now))) return known.uri
    const entry = { readAt: now, uri: readAddress(needs.outgoing, issuer) }
    const [oldest] = entries.keys()
    if (entries.size >= most && oldest !== undefined) entries.delete(oldest)
    entries.set(issuer, entry)
    return entry.uri
  }
  return {
    async of(issuer) {
      const uri = await addressOf(issuer)
      return uri === undefined ? undefined : needs.remoteKeys.at(uri)
    },
  }
}

async function readAddress(outgoing: Outgoing, issuer: string): Promise<string | undefined> {
  for (const address of metadataAddresses(issuer)) {
    const uri = await readMetadata(outgoing, address, issuer)
    if (uri !== undefined) return uri
  }
  return undefined
}

/** OIDC Discovery section 4 appends to the path of the issuer; RFC 8414 section 3.1 puts it before. */
function metadataAddresses(issuer: string): readonly string[] {
  if (!URL.canParse(issuer)) return []
  const { origin, pathname, search, hash } = new URL(issuer)
  if (search !== '' || hash !== '') return []
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

async function readMetadata(
  outgoing: Outgoing,
  address: string,
  issuer: string,
): Promise<string | undefined> {
  try {
    const { status, text } = await outgoing.get(address, { accept: 'application/json' })
    if (status !== 200) return undefined
    const { issuer: named, jwks_uri: uri } = JSON.parse(text)
    // OIDC Discovery section 4.3, RFC 8414 section 3.3: metadata of somebody else must not be used.
    const isAboutIt = named === issuer && typeof uri === 'string' && URL.canParse(uri)
    return isAboutIt ? uri : undefined
  } catch {
    return undefined
  }
}
