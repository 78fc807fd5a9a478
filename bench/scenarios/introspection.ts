import type { Connection } from '../connection.ts'
import { expectStatus } from '../connection.ts'
import type { Worker } from '../load.ts'
import type { Target, TokenRequest } from '../target.ts'
import type { Scenario } from './scenario.ts'

const tokensOfWorker = 10

export const jwtIntrospection: Scenario = {
  key: 'introspection-jwt',
  name: 'introspection, JWT',
  note: 'one request; the same 160 tokens again and again, as resource servers ask',
  least: { http: 1 },
  worker: (target, connection) => asking(target, connection, target.introspectable.jwt),
}

export const opaqueIntrospection: Scenario = {
  key: 'introspection-opaque',
  name: 'introspection, opaque token',
  note: 'the same of tokens that are rows',
  least: { http: 1 },
  worker: (target, connection) => asking(target, connection, target.introspectable.opaque),
}

async function asking(
  target: Target,
  connection: Connection,
  { client, extra }: TokenRequest,
): Promise<Worker> {
  const headers = target.authenticate(client)
  const request = `grant_type=client_credentials${extra}`
  const bodies: string[] = []
  while (bodies.length < tokensOfWorker) {
    const issued = await connection.post(target.paths.token, request, headers)
    bodies.push(`token=${JSON.parse(expectStatus(issued, 200).body).access_token}`)
  }
  let n = 0
  return async () => {
    const body = bodies[n % bodies.length] ?? ''
    n += 1
    const answer = await connection.post(target.paths.introspect, body, headers)
    if (!expectStatus(answer, 200).body.includes('"active":true')) throw new Error(answer.body)
  }
}
