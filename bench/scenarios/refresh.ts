import { expectStatus } from '../connection.ts'
import { obtainTokens } from './code.ts'
import type { Scenario } from './scenario.ts'

export const refresh: Scenario = {
  key: 'refresh',
  name: 'refresh with rotation',
  note: 'one request for an access, an ID and the next refresh token; each worker has a chain of its own',
  least: { http: 1, 'es256-sign': 2, commit: 1 },
  async worker(target, connection) {
    const headers = target.authenticate(target.app)
    const cookie = await target.establishSession()
    let { refresh_token: current } = await obtainTokens(target, connection, cookie)
    return async () => {
      const body = `grant_type=refresh_token&refresh_token=${encodeURIComponent(current)}`
      const answer = expectStatus(await connection.post(target.paths.token, body, headers), 200)
      const { refresh_token: next, id_token: idToken } = JSON.parse(answer.body)
      if (typeof next !== 'string' || next === current) throw new Error('no next refresh token')
      if (typeof idToken !== 'string') throw new Error('no ID token')
      current = next
    }
  },
}
