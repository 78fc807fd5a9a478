import { assignRole } from '../../src/access/index.ts'
import { systemClock } from '../../src/base/index.ts'
import type { JsonAnswer } from './json.ts'
import { postJson } from './json.ts'
import type { TestServer, TestUser } from './server.ts'

export type Administrator = {
  readonly user: TestUser
  readonly token: string
  /** Calls the API as this person: `send('PATCH /admin/roles/...', body)`. */
  readonly send: (
    what: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<JsonAnswer>
}

/** Somebody with these roles who has just signed in. */
export async function administrator(
  server: TestServer,
  ...roles: readonly string[]
): Promise<Administrator> {
  const user = await server.user()
  for (const role of roles) await assignRole(server.app.db, user.id, role, systemClock.now())
  const login = { identifier: user.username, password: user.password }
  const { body } = await postJson(`${server.url}/api/v1/auth/login`, login)
  const token: string = body.access_token
  return {
    user,
    token,
    send(what, input, headers = { 'if-match': '*' }) {
      const [method = 'GET', path = ''] = what.split(' ')
      return postJson(`${server.url}/api/v1${path}`, input, { method, token, headers })
    },
  }
}
