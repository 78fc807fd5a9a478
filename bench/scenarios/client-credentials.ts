import { basic, expectStatus } from '../connection.ts'
import type { Scenario } from './scenario.ts'

export const clientCredentials: Scenario = {
  name: 'client_credentials, ES256 JWT',
  note: 'both sign a JWT and write nothing',
  async worker(target, connection) {
    const headers = basic(target.machine)
    const body = `grant_type=client_credentials${target.jwtToken}`
    return async () => {
      expectStatus(await connection.post(target.paths.token, body, headers), 200)
    }
  },
}
