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

/**
 * What a client pushed, and no other client (RFC 9126 section 2.2). Looking does not use it up: browsers and
 * programs that look at links before a person does may come first (FAPI 2.0 section 5.3.2.2, note 3).
 */
export async function readPushed(
  { kv }: { readonly kv: Kv },
  clientId: ClientId,
  uri: string,
): Promise<PushedRequest | undefined> {
  if (!/^[\w-]{43}$/.test(uri.slice(prefix.length))) return undefined
  const text = await kv.get(keyOf(clientId, uri))
  if (text === undefined) return undefined
  const { parameters, lists, signed, dpopJkt }: Stored = JSON.parse(text)
  return { parameters: new Map(parameters), lists: new Map(lists), signed, dpopJkt }
}

/** Seconds. Whoever looked at a request before it was used up may be on our pages for so long. */
const usedFor = 3600

/**
 * Uses up a request, when it is about to be answered: the first who does so may go on, and do it again, and
 * nobody else (RFC 9126 section 7.3).
 */
export async function usePushed(
  { kv }: { readonly kv: Kv },
  clientId: ClientId,
  { uri, by }: { readonly uri: string; readonly by: string },
): Promise<boolean> {
  const key = keyOf(clientId, uri)
  const mark = `${key}:used`
  if (!(await kv.add(mark, by, usedFor))) return (await kv.get(mark)) === by
  await kv.take(key)
  return true
}

function keyOf(clientId: ClientId, uri: string): string {
  return `pushed:${Buffer.from(clientId).toString('base64url')}:${uri.slice(prefix.length)}`
}
