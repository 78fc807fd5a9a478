import { expectStatus } from '../connection.ts'
import type { Scenario } from './scenario.ts'

export const userinfo: Scenario = {
  key: 'userinfo',
  name: 'userinfo',
  note: 'one request with an access token of a person',
  least: { http: 1 },
  async worker(target, connection) {
    const token = await target.obtainUserinfoToken(connection)
    const headers = `Authorization: Bearer ${token}\r\n`
    return async () => {
      const answer = expectStatus(await connection.get(target.paths.userinfo, headers), 200)
      if (!answer.body.includes('"sub"')) throw new Error(answer.body)
    }
  },
}
