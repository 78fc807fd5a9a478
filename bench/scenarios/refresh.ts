import { basic, expectStatus } from '../connection.ts'
import { obtainTokens } from './code-flow.ts'
import type { Scenario } from './scenario.ts'

export const refresh: Scenario = {
  name: 'refresh with rotation',
  note: 'each worker has its own chain; access, ID and refresh token; Cardea commits each rotation with fsync, the peer keeps it in memory only',
  async worker(target, connection) {
    const headers = basic(target.app)
    const cookie = await target.establishSession()
    let { refresh_token: current } = await obtainTokens(target, connection, cookie)
    return async () => {
      const body = `grant_type=refresh_token&refresh_token=${current}`
      const answer = expectStatus(await connection.post(target.paths.token, body, headers), 200)
      const { refresh_token: next } = JSON.parse(answer.body)
      if (next === current) throw new Error('the refresh token was not rotated')
      current = next
    }
  },
}
