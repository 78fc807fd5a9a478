import { hiddenFields } from '../../test/harness/browser.ts'
import { expectStatus, header } from '../connection.ts'
import { owner } from '../server-cardea.ts'
import type { Scenario } from './scenario.ts'

/** Cardea only: the peer leaves passwords to whoever builds on it. */
export const login: Scenario = {
  name: 'login (form -> session)',
  note: 'the peer has no accounts; compared with bare Argon2id verifications of the same parameters in a process that does nothing else',
  async worker(_target, connection) {
    const page = expectStatus(await connection.get('/login'), 200)
    const browser = header(page.headers, 'set-cookie')?.split(';')[0]
    const fields = { ...hiddenFields(page.body), identifier: owner.username }
    const body = new URLSearchParams({ ...fields, password: owner.password }).toString()
    // Everybody has signed in on this device before: a new one would get a letter every time.
    const first = await connection.post('/login', body, `Cookie: ${browser}\r\n`)
    const device = /set-cookie: (\S*cardea_device=[^;]*)/i.exec(first.headers)?.[1]
    const cookie = `Cookie: ${browser}; ${device}\r\n`
    return async () => {
      const answer = expectStatus(await connection.post('/login', body, cookie), 303)
      if (!/set-cookie: \S*cardea_session=/i.test(answer.headers)) throw new Error('no session')
    }
  },
}
