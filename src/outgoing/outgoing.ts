import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isSpecialUse } from './addresses.ts'

export type OutgoingAnswer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export type Outgoing = {
  /** The answer, whatever its status but a redirect. Rejects with an `OutgoingError`. */
  readonly get: (url: string, wish: { readonly accept: string }) => Promise<OutgoingAnswer>
  readonly post: (url: string, message: OutgoingMessage) => Promise<OutgoingAnswer>
}

export type OutgoingMessage = {
  readonly contentType: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export type OutgoingTrouble =
  | 'bad_url'
  | 'not_https'
  | 'forbidden_address'
  | 'unreachable'
  | 'too_slow'
  | 'too_large'
  | 'redirect'

/** Why somebody else's address could not be asked; for the log and the operator, not for strangers. */
export class OutgoingError extends Error {
  readonly trouble: OutgoingTrouble

  constructor(trouble: OutgoingTrouble, url: string, cause?: unknown) {
    super(`${trouble}: ${url.slice(0, 200)}`, { cause })
    this.name = 'OutgoingError'
    this.trouble = trouble
  }
}

export type OutgoingNeeds = {
  /** Hosts (`name` or `name:port`) that may be in the own network, and be asked without TLS. */
  readonly allow: readonly string[]
  /** Bytes of an answer. */
  readonly maxBytes?: number
  /** Milliseconds from the resolution of the name to the last byte. */
  readonly patience?: number
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>
}

type Target = { readonly url: URL; readonly address: LookupAddress }

const resolveAll = (host: string) => lookup(host, { all: true })

export function createOutgoing(needs: OutgoingNeeds): Outgoing {
  const { maxBytes = 65_536, patience = 5000, resolve = resolveAll } = needs
  const exchange = async (text: string, options: RequestOptions, body?: string) => {
    const signal = AbortSignal.timeout(patience)
    try {
      const target = await findTarget(text, needs.allow, resolve, signal)
      return await send(target, { ...options, signal }, { body, maxBytes })
    } catch (error) {
      if (error instanceof OutgoingError) throw error
      throw new OutgoingError(signal.aborted ? 'too_slow' : 'unreachable', text, error)
    }
  }
  return {
    get: (url, { accept }) => exchange(url, { method: 'GET', headers: { accept } }),
    post: (url, { contentType, body, headers }) => {
      const length = Buffer.byteLength(body)
      const all = { ...headers, 'content-type': contentType, 'content-length': length }
      return exchange(url, { method: 'POST', headers: all }, body)
    },
  }
}

/** What a URL leads to: resolved once, and only if every answer may be asked. */
async function findTarget(
  text: string,
  allow: readonly string[],
  resolve: NonNullable<OutgoingNeeds['resolve']>,
  signal: AbortSignal,
): Promise<Target> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.username !== '' || url.password !== '' || url.host === '') {
    throw new OutgoingError('bad_url', text)
  }
  const allowed = allow.includes(url.hostname) || allow.includes(url.host)
  if (url.protocol !== 'https:' && !(allowed && url.protocol === 'http:')) {
    throw new OutgoingError('not_https', text)
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses =
    family === 0 ? await unlessAborted(resolve(host), signal) : [{ address: host, family }]
  // One answer inside is enough to refuse: names that lead to both are made for getting in.
  if (!allowed && addresses.some(({ address }) => isSpecialUse(address))) {
    throw new OutgoingError('forbidden_address', text)
  }
  const [address] = addresses
  if (address === undefined) throw new OutgoingError('unreachable', text)
  return { url, address }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>()
  const stop = () => late.reject(new Error('too slow'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function send(
  { url, address }: Target,
  options: RequestOptions,
  { body, maxBytes }: { readonly body: string | undefined; readonly maxBytes: number },
): Promise<OutgoingAnswer> {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  // The name goes into TLS and the Host header; the connection goes to what was judged, and nowhere else.
  const pinned: LookupFunction = (_host, { all }, found) => {
    if (all === true) found(null, [address])
    else found(null, address.address, address.family)
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, lookup: pinned, agent: false }, (response) => {
      read(response, url.href, maxBytes).then(resolve, (error: unknown) => {
        sent.destroy()
        reject(error)
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function read(
  response: IncomingMessage,
  url: string,
  maxBytes: number,
): Promise<OutgoingAnswer> {
  const { statusCode: status = 0, headers } = response
  if (status >= 300 && status < 400) throw new OutgoingError('redirect', url)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > maxBytes) throw new OutgoingError('too_large', url)
    chunks.push(chunk)
  }
  return { status, headers, text: Buffer.concat(chunks).toString('utf8') }
}
