import { randomUUID } from 'node:crypto'
import type { Connection } from '../../connection.ts'
import { expectStatus, header } from '../../connection.ts'
import type { Worker } from '../../load.ts'
import type { Target, Visit } from '../../target.ts'
import { authorizeQuery } from '../../target.ts'
import { peerAccount } from '../facts.ts'

type Side = Pick<Target, 'url' | 'app' | 'authorizeExtra' | 'paths'>

const { email, password } = peerAccount

/** Signs in, and allows the application what it asks: the cookie as a header line. */
export async function establishSession(side: Side, connection: Connection): Promise<string> {
  const signedIn = expectStatus(
    await connection.postJson('/sign-in/email', JSON.stringify({ email, password })),
    200,
  )
  const cookie = `Cookie: ${sessionCookie(signedIn.headers)}\r\n`
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' // RFC 7636 appendix B
  const query = authorizeQuery(side, challenge)
  const asked = expectStatus(await connection.get(`${side.paths.authorize}?${query}`, cookie), 302)
  const location = header(asked.headers, 'location') ?? ''
  if (!location.startsWith('/consent?')) return cookie
  const answer = { accept: true, oauth_query: queryOf(location) }
  const fromPage = `${cookie}Origin: ${side.url}\r\n`
  expectStatus(await connection.postJson('/oauth2/consent', JSON.stringify(answer), fromPage), 200)
  return cookie
}

/** From a request to the page of the application that signs people in, whose form leads on to the code. */
export function visiting({ paths }: Side, connection: Connection): Visit {
  return async (query) => {
    const asked = expectStatus(await connection.get(`${paths.authorize}?${query}`), 302)
    const signed = queryOf(header(asked.headers, 'location') ?? '')
    const form = { email, password, oauth_query: signed }
    const answer = expectStatus(
      await connection.postJson('/sign-in/email', JSON.stringify(form)),
      200,
    )
    return JSON.parse(answer.body).url
  }
}

export function signingIn(connection: Connection): Worker {
  return async () => {
    const form = { email, password }
    const answer = expectStatus(
      await connection.postJson('/sign-in/email', JSON.stringify(form)),
      200,
    )
    sessionCookie(answer.headers)
  }
}

export function registering(connection: Connection): Worker {
  return async () => {
    const form = { name: 'Somebody', email: `${randomUUID()}@example.com`, password }
    const answer = expectStatus(
      await connection.postJson('/sign-up/email', JSON.stringify(form)),
      200,
    )
    if (JSON.parse(answer.body).user.email !== form.email) throw new Error(answer.body)
  }
}

function sessionCookie(headers: string): string {
  const cookie = /set-cookie: ([^=]*session_token=[^;]*)/i.exec(headers)?.[1]
  if (cookie === undefined) throw new Error(`no session:\n${headers}`)
  return cookie
}

function queryOf(location: string): string {
  return location.slice(location.indexOf('?') + 1)
}
