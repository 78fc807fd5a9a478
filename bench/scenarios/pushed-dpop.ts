import { createHash, randomBytes } from 'node:crypto'
import { basic, expectStatus, header } from '../connection.ts'
import { proofMaker } from '../proof.ts'
import { authorizeQuery, redirectUri } from '../target.ts'
import type { Scenario } from './scenario.ts'

export const pushedDpop: Scenario = {
  name: 'PAR + code + DPoP',
  note: 'three requests: push -> authorize -> tokens bound to a key; the proofs are made by the generator, on the same cores',
  async worker(target, connection) {
    const { pushed, authorize, token } = target.paths
    const client = basic(target.app)
    const cookie = await target.establishSession()
    const proof = proofMaker()
    return async () => {
      const verifier = randomBytes(32).toString('base64url')
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const request = authorizeQuery(target, challenge)
      const kept = expectStatus(await connection.post(pushed, request, client), 201)
      const uri = encodeURIComponent(JSON.parse(kept.body).request_uri)
      const query = `client_id=${target.app.id}&request_uri=${uri}`
      const redirected = await connection.get(`${authorize}?${query}`, cookie)
      const location = header(redirected.headers, 'location') ?? ''
      const code = /[?&]code=([^&]+)/.exec(location)?.[1]
      if (code === undefined) throw new Error(`no code: ${redirected.status} ${location}`)
      const redirect = encodeURIComponent(redirectUri)
      const body = `grant_type=authorization_code&code=${code}&redirect_uri=${redirect}&code_verifier=${verifier}`
      const headers = client + proof('POST', target.url + token)
      const { body: answer } = expectStatus(await connection.post(token, body, headers), 200)
      if (!answer.includes('"token_type":"DPoP"')) throw new Error(answer)
    }
  },
}
