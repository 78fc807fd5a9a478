import { expectStatus } from '../connection.ts'
import type { Scenario } from './scenario.ts'

export const device: Scenario = {
  key: 'device',
  name: 'device code + one poll',
  note: 'two requests: codes for a device, and a poll while nobody has answered',
  least: { http: 2, commit: 1 },
  async worker(target, connection) {
    const headers = target.authenticate(target.device)
    const grant = encodeURIComponent('urn:ietf:params:oauth:grant-type:device_code')
    return async () => {
      const begun = await connection.post(target.paths.device, 'scope=openid', headers)
      const { device_code: code } = JSON.parse(expectStatus(begun, 200).body)
      const body = `grant_type=${grant}&device_code=${encodeURIComponent(code)}`
      const polled = expectStatus(await connection.post(target.paths.token, body, headers), 400)
      if (!polled.body.includes('"authorization_pending"')) throw new Error(polled.body)
    }
  },
}
