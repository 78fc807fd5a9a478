import type { Random } from '../../base/index.ts'
import { randomToken } from '../../base/index.ts'
import type { Parameters } from '../../http/index.ts'
import type { Kv } from '../../kv/index.ts'
import { LogoutQuery } from '../schemas.ts'

type Needs = { readonly kv: Kv; readonly random: Random }

/** Seconds; the browser follows at once. */
const lifetime = 60
const key = (id: string) => `logout:${id}`

/**
 * Another site's form comes without our cookies (SameSite=Lax), a link of ours does not: what was posted is kept
 * and asked for again by a link. It grants nothing, as little as the same request by GET.
 */
export async function keepPosted({ kv, random }: Needs, parameters: Parameters): Promise<string> {
  const id = randomToken(random, 16)
  const known = [...parameters].filter(([name]) => name in LogoutQuery.properties)
  await kv.set(key(id), JSON.stringify(known), lifetime)
  return `/oauth/logout/posted?request=${id}`
}

/** What was posted; undefined when it is gone. */
export async function readPosted(
  { kv }: Pick<Needs, 'kv'>,
  id: string | undefined,
): Promise<Parameters | undefined> {
  if (id === undefined || !/^[\w-]{22}$/.test(id)) return undefined
  const text = await kv.get(key(id))
  if (text === undefined) return undefined
  const entries: [string, string][] = JSON.parse(text)
  return new Map(entries)
}
