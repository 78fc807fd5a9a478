import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { JWTPayload, ProtectedHeaderParameters } from 'jose'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { createClient } from '../../src/clients/index.ts'
import type { TestClient, TestServer } from './server.ts'
import { callback } from './server.ts'

export type LogoutNotice = {
  readonly path: string
  readonly method: string
  readonly contentType: string
  readonly fields: URLSearchParams
}

/** The back channel of clients: an HTTP server on the loopback interface that is told of ended sessions. */
export type LogoutReceiver = {
  readonly host: string
  readonly address: (path: string) => string
  /** What arrived since the last call. */
  readonly heard: () => LogoutNotice[]
  /** The status of all answers from now on. */
  readonly answer: (status: number) => void
  readonly close: () => Promise<void>
}

export async function logoutReceiver(): Promise<LogoutReceiver> {
  const heard: LogoutNotice[] = []
  let status = 200
  const server = createServer((request, response) => void take(request, response))
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    heard.push({
      path: request.url ?? '',
      method: request.method ?? '',
      contentType: request.headers['content-type'] ?? '',
      fields: new URLSearchParams(await text(request)),
    })
    response.writeHead(status).end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return {
    host,
    address: (path) => `http://${host}${path}`,
    heard: () => heard.splice(0),
    answer: (next) => {
      status = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A client whose back channel is that receiver, at a path of its own. */
export async function listeningClient(
  server: TestServer,
  receiver: LogoutReceiver,
  path: string,
  input: Parameters<TestServer['client']>[0] = {},
): Promise<TestClient> {
  const metadata = {
    client_name: `Client at ${path}`,
    redirect_uris: [callback],
    backchannel_logout_uri: receiver.address(path),
    ...input,
  }
  const needs = { ...server.app, outgoingHosts: [receiver.host] }
  const { client, secret = '' } = await createClient(needs, metadata, { actor: 'system' })
  return { id: client.clientId, secret, client }
}

/** What a logout token says, after the checks of Back-Channel Logout 1.0 section 2.6 that a library makes. */
export async function readLogoutToken(
  server: TestServer,
  client: TestClient,
  notice: LogoutNotice | undefined,
): Promise<{ readonly payload: JWTPayload; readonly header: ProtectedHeaderParameters }> {
  const token = notice?.fields.get('logout_token') ?? ''
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer: server.url,
    audience: client.id,
    typ: 'logout+jwt',
    currentDate: server.app.clock.now(),
  })
  return { payload, header: protectedHeader }
}
