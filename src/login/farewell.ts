import type { Random } from '../base/index.ts'
import { randomToken, sameText, sha256 } from '../base/index.ts'
import type { ClientCache } from '../clients/index.ts'
import type { Kv } from '../kv/index.ts'
import type { TouchedClient } from '../session/index.ts'

/** What the page after a sign-out still has to do: load the clients' own sign-out pages, then go on. */
export type Farewell = {
  /** Digest of the browser's secret: the page is only for the browser that was signed out. */
  readonly browser: string
  /** Addresses that sign the browser out of a client when they are loaded in it. */
  readonly frames: readonly string[]
  /** Where the browser goes then; the page itself is the end where there is none. */
  readonly onward?: string | undefined
  readonly uiLocales?: string | undefined
}

type Needs = { readonly kv: Kv; readonly random: Random }

/** Seconds: for a reload, too. */
const lifetime = 300

const key = (id: string) => `farewell:${id}`
const digestOf = (browser: string) => sha256(browser).toString('base64url')

/** Keeps it and returns the address of the page. */
export async function keepFarewell(
  { kv, random }: Needs,
  browser: string,
  farewell: Omit<Farewell, 'browser'>,
): Promise<string> {
  const id = randomToken(random, 16)
  const kept: Farewell = { ...farewell, browser: digestOf(browser) }
  await kv.set(key(id), JSON.stringify(kept), lifetime)
  return `/logout/done?farewell=${id}`
}

/** What is left to do in this browser; undefined when nothing is, or when it is another one. */
export async function readFarewell(
  { kv }: Pick<Needs, 'kv'>,
  browser: string,
  id: string | undefined,
): Promise<Farewell | undefined> {
  if (id === undefined || !/^[\w-]{22}$/.test(id)) return undefined
  const text = await kv.get(key(id))
  if (text === undefined) return undefined
  const farewell: Farewell = JSON.parse(text)
  return sameText(farewell.browser, digestOf(browser)) ? farewell : undefined
}

type FrameNeeds = { readonly clients: ClientCache; readonly issuer: string }

/** OpenID Connect Front-Channel Logout 1.0 section 3: the addresses by which a browser is signed out of clients. */
export async function framesOf(
  needs: FrameNeeds,
  touched: readonly TouchedClient[],
): Promise<readonly string[]> {
  const frames = await Promise.all(touched.map((one) => frameOf(needs, one)))
  return [...new Set(frames.flatMap((frame) => frame ?? []))]
}

async function frameOf(
  { clients, issuer }: FrameNeeds,
  { clientId, sid }: TouchedClient,
): Promise<string | undefined> {
  const client = await clients.find(clientId)
  const uri = client?.metadata.frontchannel_logout_uri
  if (uri === undefined || !URL.canParse(uri)) return undefined
  const address = new URL(uri)
  if (!/^https?:$/.test(address.protocol)) return undefined
  if (client?.metadata.frontchannel_logout_session_required === true) {
    address.searchParams.set('iss', issuer)
    address.searchParams.set('sid', sid)
  }
  return address.href
}
