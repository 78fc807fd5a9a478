import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CryptoKey, JWK } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Members set to undefined are left out. */
export type Claims = Readonly<Record<string, unknown>>

/** Somebody else who issues tokens: a partner, an orchestrator, a CI provider. */
export type TestIssuer = {
  readonly issuer: string
  readonly jwks: { readonly keys: JWK[] }
  readonly privateKey: CryptoKey
  /** A token that lives for a minute, with what is given replaced. */
  readonly sign: (claims: Claims, by?: { key?: CryptoKey; header?: object }) => Promise<string>
}

export async function testIssuer(
  issuer: string,
  now: () => Date,
  alg = 'ES256',
): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const kid = randomUUID()
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }] }
  return {
    issuer,
    jwks,
    privateKey,
    sign(claims, { key = privateKey, header = {} } = {}) {
      const iat = Math.floor(now().getTime() / 1000)
      const sound = { iss: issuer, iat, exp: iat + 60, jti: randomUUID(), ...claims }
      const payload = JSON.parse(JSON.stringify(sound))
      return new SignJWT(payload).setProtectedHeader({ alg, kid, ...header }).sign(key)
    },
  }
}

export type PublishedIssuer = TestIssuer & {
  readonly host: string
  /** What was asked for since the last call. */
  readonly asked: () => string[]
  /** What the metadata says, as it is served. */
  readonly metadata: Record<string, unknown>
  readonly close: () => Promise<void>
}

/** The same with an address on this machine, where its metadata and keys are (OIDC Discovery section 4). */
export async function publishedIssuer(now: () => Date): Promise<PublishedIssuer> {
  const asked: string[] = []
  const pages: Record<string, unknown> = {}
  const http = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const page = pages[path]
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(page ?? {}))
  })
  const host = await listen(http)
  const url = `http://${host}`
  const made = await testIssuer(url, now)
  const metadata: Record<string, unknown> = { issuer: url, jwks_uri: `${url}/keys` }
  pages['/.well-known/openid-configuration'] = metadata
  pages['/keys'] = made.jwks
  return {
    ...made,
    host,
    metadata,
    asked: () => asked.splice(0),
    close: () => new Promise((resolve) => http.close(() => resolve())),
  }
}

async function listen(http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(http.address() as AddressInfo).port}`
}
