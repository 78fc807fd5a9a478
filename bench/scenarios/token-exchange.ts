import { basic, expectStatus } from '../connection.ts'
import { obtainTokens } from './code-flow.ts'
import type { Scenario } from './scenario.ts'

export const tokenExchange: Scenario = {
  name: 'token exchange',
  note: 'the peer has no such grant; each worker exchanges the access token of one person for one that names the client as actor',
  solo: true,
  async worker(target, connection) {
    const cookie = await target.establishSession()
    const { access_token: subject } = await obtainTokens(target, connection, cookie)
    const headers = basic(target.app)
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
