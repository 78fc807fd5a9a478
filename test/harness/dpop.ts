import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { request as send } from 'node:http'
import type { JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Fields } from './oauth.ts'
import { query } from './oauth.ts'

/** A key that proofs are made with (RFC 9449), and its thumbprint. */
export type ProofKey = {
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
  readonly jkt: string
}

export async function proofKey(alg = 'ES256'): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { alg, privateKey, jwk, jkt: await calculateJwkThumbprint(jwk) }
}

type ProofParts = {
  readonly htu: string
  readonly htm?: string
  /** The token that is used with it. */
  readonly token?: unknown
  readonly now?: Date
  /** What is said otherwise; undefined leaves a member out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** A sound proof, but for what is changed. */
export function proof(key: ProofKey, parts: ProofParts): Promise<string> {
  const { htu, htm = 'POST', token, now = new Date() } = parts
  const ath = token === undefined ? {} : { ath: digest(String(token)) }
  const iat = Math.floor(now.getTime() / 1000)
  const claims = { jti: randomUUID(), htm, htu, iat, ...ath, ...parts.claims }
  const header = { alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk, ...parts.header }
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader(JSON.parse(JSON.stringify(header)))
    .sign(key.privateKey)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

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
}

/** One request with exactly these headers; unlike fetch it can send one twice. */
export function rawRequest(url: string, sent: RawRequest = {}): Promise<RawAnswer> {
  const { method = 'POST', headers = {}, fields } = sent
  const type = fields && { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers: { ...type, ...headers } }, async (answer) => {
      const text = (await answer.toArray()).join('')
      const body = /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(text) : {}
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: body ?? {} })
    })
    request.on('error', reject)
    request.end(fields && query(fields).toString())
  })
}
