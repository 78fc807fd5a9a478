import type { ClientId, Random } from '../../base/index.ts'
import { randomToken } from '../../base/index.ts'
import type { ReadParameters } from '../../http/index.ts'
import type { Kv } from '../../kv/index.ts'

/** RFC 9126 section 2.2: unguessable, and ours by its form. */
const prefix = 'urn:ietf:params:oauth:request_uri:'

/** What a client pushed, and how. */
export type PushedRequest = Pick<ReadParameters, 'parameters' | 'lists'> & {
  readonly signed: boolean
  readonly dpopJkt: string | undefined
}

type Stored = {
  readonly parameters: [string, string][]
  readonly lists: [string, readonly string[]][]
  readonly signed: boolean
  readonly dpopJkt?: string
}

export function isPushedUri(uri: string): boolean {
  return uri.startsWith(prefix)
}

/** Keeps a request for the client that pushed it, and returns the address that stands for it. */
export async function keepPushed(
  { kv, random }: { readonly kv: Kv; readonly random: Random },
  clientId: ClientId,
  { request, lifetime }: { readonly request: PushedRequest; readonly lifetime: number },
): Promise<string> {
  const { parameters, lists, signed, dpopJkt } = request
  const stored: Stored = {
    parameters: [...parameters],
    lists: [...lists],
    signed,
    ...(dpopJkt !== undefined && { dpopJkt }),
  }
  const uri = prefix + randomToken(random)
  await kv.set(keyOf(clientId, uri), JSON.stringify(stored), lifetime)
  return uri
}

/** What a client pushed, once: the first who asks gets it, and no other client (RFC 9126 sections 2.2 and 7.3). */
export async function takePushed(
  { kv }: { readonly kv: Kv },
  clientId: ClientId,
  uri: string,
): Promise<PushedRequest | undefined> {
  if (!/^[\w-]{43}$/.test(uri.slice(prefix.length))) return undefined
  const text = await kv.take(keyOf(clientId, uri))
  if (text === undefined) return undefined
  const { parameters, lists, signed, dpopJkt }: Stored = JSON.parse(text)
  return { parameters: new Map(parameters), lists: new Map(lists), signed, dpopJkt }
}

function keyOf(clientId: ClientId, uri: string): string {
  return `pushed:${Buffer.from(clientId).toString('base64url')}:${uri.slice(prefix.length)}`
}
