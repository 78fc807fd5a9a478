import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as sendPlain } from 'node:http'
import { request as sendSecure } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import type { Fields } from './oauth.ts'
import { query } from './oauth.ts'

export type RawAnswer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown>
}

type RawRequest = {
  readonly method?: string
  /** A list is sent as one header each. */
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly fields?: Fields
  /** Of a connection of its own. */
  readonly tls?: ConnectionOptions
}

/** One request with exactly these headers; unlike fetch it can send one twice. */
export async function rawRequest(url: string, sent: RawRequest = {}): Promise<RawAnswer> {
  const { method = 'POST', headers = {}, fields, tls } = sent
  const send = tls === undefined ? sendPlain : sendSecure
  const type = fields && { 'content-type': 'application/x-www-form-urlencoded' }
  const connection = tls === undefined ? {} : { agent: false, ...tls }
  const request = send(url, { ...connection, method, headers: { ...type, ...headers } })
  const answered = once(request, 'response')
  request.end(fields && query(fields).toString())
  const [answer]: IncomingMessage[] = await answered
  if (answer === undefined) throw new Error('no answer')
  const text = (await answer.toArray()).join('')
  const body = /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(text) : {}
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: body ?? {} }
}
