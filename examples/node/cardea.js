/**
 * What an API needs of Cardea, for every framework: who calls (RFC 9068, checked without asking anybody)
 * and whether they may (OpenID AuthZEN, asked of Cardea). Needs the package `jose`.
 */
import { createRemoteJWKSet, jwtVerify } from 'jose'

/** Milliseconds after which an answer of Cardea is not waited for any more. */
const patience = 2000

export class Unauthenticated extends Error {}

/** `audience` is what the `aud` of tokens for this API says; Cardea's own is its issuer. */
export function createCardea({ issuer, audience = issuer, clientId, clientSecret }) {
  const metadata = remembered(() => discover(issuer))
  const keys = remembered(async () => createRemoteJWKSet(new URL((await metadata()).jwks_uri)))
  const ownToken = createOwnToken({ metadata, clientId, clientSecret })

  const ask = async (question) =>
    fetch(`${issuer}/access/v1/evaluation`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await ownToken.get()}`,
      },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(patience),
    })

  return {
    /** The claims behind an `Authorization` header; throws `Unauthenticated`. */
    async authenticate(authorization) {
      const token = /^bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
      if (token === undefined) throw new Unauthenticated('no token')
      const jwks = await keys()
      try {
        // RFC 9068 section 4: the issuer, the audience, the lifetime, the type, and one algorithm.
        const { payload } = await jwtVerify(token, jwks, {
          issuer,
          audience,
          typ: 'at+jwt',
          algorithms: ['ES256'],
          requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
          clockTolerance: 5,
        })
        return payload
      } catch (error) {
        // That the keys could not be fetched says nothing about the token.
        if ([undefined, 'ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(error.code)) throw error
        throw new Unauthenticated('invalid token', { cause: error })
      }
    },

    /** Whether the caller may do something to a thing. What cannot be found out is a no. */
    async allows({ sub, client_id: client }, action, resource) {
      const subject = { type: sub === client ? 'client' : 'user', id: sub }
      const question = { subject, action: { name: action }, resource }
      try {
        let answer = await ask(question)
        if (answer.status === 401) {
          ownToken.forget()
          answer = await ask(question)
        }
        if (!answer.ok) throw new Error(`the decision point answered ${answer.status}`)
        return (await answer.json()).decision === true
      } catch (error) {
        console.error('no decision:', error.message)
        return false
      }
    },

    /** RFC 9728: where callers get tokens for this API. */
    describe: (resource) => ({
      resource,
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
    }),
  }
}

/** The header of a 401 and of a 403 (RFC 6750 section 3, RFC 9728 section 5.1). */
export function challenge(home, error) {
  const told = error === undefined ? '' : `error="${error}", `
  return `Bearer ${told}resource_metadata="${home}/.well-known/oauth-protected-resource"`
}

/** RFC 8414 section 3. */
async function discover(issuer) {
  const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`, {
    signal: AbortSignal.timeout(patience),
  })
  if (!answer.ok) throw new Error(`discovery answered ${answer.status}`)
  const metadata = await answer.json()
  if (metadata.issuer !== issuer) throw new Error('discovery names another issuer')
  return metadata
}

/** The access token of this API itself: fetched once, and again before it ends (RFC 6749 section 4.4). */
function createOwnToken({ metadata, clientId, clientSecret }) {
  let current
  const request = async () => {
    const { token_endpoint: endpoint } = await metadata()
    const secret = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${secret}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(patience),
    })
    if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`)
    const { access_token: token, expires_in: seconds } = await answer.json()
    return { token, until: Date.now() + (seconds - 30) * 1000 }
  }
  const forget = () => {
    current = undefined
  }
  return {
    forget,
    async get() {
      if (current === undefined || Date.now() >= (await current).until) {
        // All who wait share one request; a failed one is not remembered.
        current = request()
        current.catch(forget)
      }
      return (await current).token
    },
  }
}

/** Does something once; a failure is not remembered. */
function remembered(work) {
  let result
  return () => {
    result ??= work().catch((error) => {
      result = undefined
      throw error
    })
    return result
  }
}
