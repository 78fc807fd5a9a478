import type { Random } from '../base/index.ts'
import { randomToken } from '../base/index.ts'
import type { Kv } from '../kv/index.ts'

type Needs = { readonly kv: Kv; readonly random: Random }

/** Where a request that was posted is asked for again. */
export type PostedPath = '/oauth/authorize/posted' | '/oauth/logout/posted'

/** Seconds; the browser follows at once. */
const lifetime = 60
const keyOf = (path: PostedPath, id: string) => `posted:${path}:${id}`

/**
 * Another site's form comes without our cookies (SameSite=Lax), a link of ours does not: what was posted is kept
 * and asked for again by a link. It grants nothing, as little as the same request by GET.
 */
export async function keepPosted(
  { kv, random }: Needs,
  path: PostedPath,
  fields: Readonly<Record<string, unknown>>,
): Promise<string> {
  const id = randomToken(random, 16)
  await kv.set(keyOf(path, id), JSON.stringify(fields), lifetime)
  return `${path}?request=${id}`
}

/** What was posted, still to be judged; undefined when it is gone. */
export async function readPosted(
  { kv }: Pick<Needs, 'kv'>,
  path: PostedPath,
  id: string | undefined,
): Promise<unknown> {
  if (id === undefined || !/^[\w-]{22}$/.test(id)) return undefined
  const text = await kv.get(keyOf(path, id))
  return text === undefined ? undefined : JSON.parse(text)
}
