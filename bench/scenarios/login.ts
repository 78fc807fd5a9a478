import { authorizeQuery } from '../target.ts'
import { pkce, redeem } from './code.ts'
import type { Scenario } from './scenario.ts'

export const login: Scenario = {
  key: 'login',
  name: 'login: password to session',
  note: 'one request; each of the people is on a device of theirs that is known',
  least: { http: 1, argon2: 1, commit: 1 },
  beside: 'argon2',
  worker: (target, connection) => target.prepareLogin(connection),
}

export const loginAndCode: Scenario = {
  key: 'login-code',
  name: 'login and code + PKCE',
  note: 'from an authorization request of somebody who is signed in nowhere, over the pages with the password, to all three tokens',
  least: { http: 4, argon2: 1, 'es256-sign': 2, commit: 3 },
  beside: 'argon2',
  async worker(target, connection) {
    const visit = await target.prepareVisit(connection)
    return async () => {
      const { verifier, challenge } = pkce()
      const location = await visit(authorizeQuery(target, challenge))
      await redeem(target, connection, { location, verifier })
    }
  },
}

export const registration: Scenario = {
  key: 'registration',
  name: 'registration of an account',
  note: 'one request of JSON with name, address and password; the account is there at once',
  least: { http: 1, argon2: 1, commit: 1 },
  beside: 'argon2',
  worker: (target, connection) => target.prepareRegistration(connection),
}

export const decision: Scenario = {
  key: 'decision',
  name: 'permission decision',
  note: 'one request of JSON (AuthZEN): may this person do this to that; the people are few enough to be remembered',
  least: { http: 1 },
  worker: (target, connection) => target.prepareDecision(connection),
}
