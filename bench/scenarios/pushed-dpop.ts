import { expectStatus, header } from '../connection.ts'
import { proofMaker } from '../proof.ts'
import { authorizeQuery, redirectUri } from '../target.ts'
import { codeIn, pkce } from './code.ts'
import type { Scenario } from './scenario.ts'

export const pushedDpop: Scenario = {
  key: 'pushed-dpop',
  name: 'PAR + code + DPoP',
  note: 'three requests: push, authorize, and tokens that are bound to a key; the generator signs the proofs',
  least: { http: 3, 'es256-sign': 2, 'es256-verify': 1, commit: 3 },
  async worker(target, connection) {
    const { pushed, authorize, token } = target.paths
    const client = target.authenticate(target.app)
    const cookie = await target.establishSession()
    const proof = proofMaker()
    return async () => {
      const { verifier, challenge } = pkce()
      const request = authorizeQuery(target, challenge)
      const kept = expectStatus(await connection.post(pushed, request, client), 201)
      const uri = encodeURIComponent(JSON.parse(kept.body).request_uri)
      const query = `client_id=${target.app.id}&request_uri=${uri}`
      const redirected = await connection.get(`${authorize}?${query}`, cookie)
      const code = codeIn(header(redirected.headers, 'location') ?? `${redirected.status}`)
      const redirect = encodeURIComponent(redirectUri)
      const body = `grant_type=authorization_code&code=${code}&redirect_uri=${redirect}&code_verifier=${verifier}`
      const headers = client + proof('POST', target.url + token)
      const { body: answer } = expectStatus(await connection.post(token, body, headers), 200)
      if (!answer.includes('"token_type":"DPoP"')) throw new Error(answer)
    }
  },
}
