import { expectStatus } from '../connection.ts'
import { obtainTokens } from './code.ts'
import type { Scenario } from './scenario.ts'

export const tokenExchange: Scenario = {
  key: 'token-exchange',
  name: 'token exchange',
  note: 'one request: the access token of one person for one that names the client as actor',
  least: { http: 1, 'es256-sign': 1 },
  async worker(target, connection) {
    const cookie = await target.establishSession()
    const { access_token: subject } = await obtainTokens(target, connection, cookie)
    const headers = target.authenticate(target.app)
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: subject,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }).toString()
    return async () => {
      expectStatus(await connection.post(target.paths.token, body, headers), 200)
    }
  },
}
