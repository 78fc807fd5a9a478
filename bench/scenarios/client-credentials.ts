import { basic, expectStatus } from '../connection.ts'
import type { Scenario } from './scenario.ts'

export const clientCredentials: Scenario = {
  name: 'client_credentials, ES256 JWT',
  note: 'both sign a JWT and write nothing',
  async worker(target, connection) {
    const { client, extra } = target.tokens.es256
    const headers = basic(client)
    const body = `grant_type=client_credentials${extra}`
    return async () => {
      expectStatus(await connection.post(target.paths.token, body, headers), 200)
    }
  },
}
