import type { Connection } from '../connection.ts'
import { basic, expectStatus } from '../connection.ts'
import type { Worker } from '../load.ts'
import type { Target, TokenRequest } from '../target.ts'
import type { Scenario } from './scenario.ts'

export const introspection: Scenario = {
  name: 'introspection',
  note: 'Cardea verifies an ES256 JWT and asks PostgreSQL whether it was revoked; the peer cannot introspect JWTs and finds an opaque token in its memory',
  worker: (target, connection) => asking(target, connection, target.introspectable.jwt),
}

export const opaqueIntrospection: Scenario = {
  name: 'introspection, opaque',
  note: 'Cardea reads the token from PostgreSQL, the peer from its memory',
  worker: (target, connection) => asking(target, connection, target.introspectable.opaque),
}

async function asking(
  target: Target,
  connection: Connection,
  { client, extra }: TokenRequest,
): Promise<Worker> {
  const headers = basic(client)
  const request = `grant_type=client_credentials${extra}`
  const issued = await connection.post(target.paths.token, request, headers)
  const { access_token: token } = JSON.parse(expectStatus(issued, 200).body)
  const body = `token=${token}`
  return async () => {
    const { body: answer } = expectStatus(
      await connection.post(target.paths.introspect, body, headers),
      200,
    )
    if (!answer.includes('"active":true')) throw new Error(answer)
  }
}
