import type { Answer, Fields, Pkce } from './oauth.ts'
import { authorizePath, post, query } from './oauth.ts'
import type { TestClient, TestServer } from './server.ts'

/** The parameters of a sound authorization request. */
export function requestFields(
  client: TestClient,
  proof: Pkce,
  fields: Fields = {},
): Record<string, string> {
  const [, search = ''] = authorizePath(client, proof, fields).split('?')
  return Object.fromEntries(new URLSearchParams(search))
}

/** Pushes a sound request, with some fields replaced. */
export function push(
  server: TestServer,
  client: TestClient,
  proof: Pkce,
  fields: Fields = {},
): Promise<Answer> {
  return post(server, '/oauth/par', client, requestFields(client, proof, fields))
}

/** Where a browser is sent with what was pushed. */
export function pushedPath(clientId: string, uri: unknown, fields: Fields = {}): string {
  return `/oauth/authorize?${query({ client_id: clientId, request_uri: String(uri), ...fields })}`
}
