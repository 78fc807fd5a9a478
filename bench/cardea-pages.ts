import { hiddenFields } from '../test/harness/browser.ts'
import type { Person } from './cardea-fill.ts'
import type { Answer, Connection } from './connection.ts'
import { expectStatus, header } from './connection.ts'
import type { Worker } from './load.ts'
import { pkce } from './scenarios/code.ts'
import type { Target, Visit } from './target.ts'
import { authorizeQuery } from './target.ts'

type Jar = Map<string, string>

/**
 * Posts the form of the login page again and again. Everybody has signed in on this device before: a new one
 * would get a letter each time.
 */
export async function logIn(connection: Connection, person: Person): Promise<Worker> {
  const jar: Jar = new Map()
  const page = expectStatus(await connection.get('/login'), 200)
  keep(jar, page)
  const body = formOf(page, person)
  keep(jar, expectStatus(await connection.post('/login', body, cookies(jar)), 303))
  signOut(jar)
  const known = cookies(jar)
  return async () => {
    const answer = expectStatus(await connection.post('/login', body, known), 303)
    if (!/\r\nset-cookie: \S*cardea_session=/i.test(answer.headers)) throw new Error('no session')
  }
}

/** Page by page as a browser does; scripts, styles and pictures of them are in its cache. */
export async function visiting(
  connection: Connection,
  side: Pick<Target, 'paths' | 'app' | 'authorizeExtra'>,
  person: Person,
): Promise<Visit> {
  const jar: Jar = new Map()
  const visit: Visit = async (query) => {
    signOut(jar)
    const open = async (path: string) => keep(jar, await connection.get(path, cookies(jar)))
    const asked = await open(`${side.paths.authorize}?${query}`)
    const page = expectStatus(await open(leadsTo(asked)), 200)
    let at = leadsTo(keep(jar, await connection.post('/login', formOf(page, person), cookies(jar))))
    for (let hops = 0; hops < 5; hops += 1) {
      if (/[?&]code=/.test(at)) return at
      at = leadsTo(await open(at))
    }
    throw new Error(`the pages lead to no code, but to ${at}`)
  }
  // From now on this device is known.
  await visit(authorizeQuery(side, pkce().challenge))
  return visit
}

function formOf(page: Answer, { username, password }: Person): string {
  const fields = { ...hiddenFields(page.body), identifier: username, password }
  return new URLSearchParams(fields).toString()
}

/** Where an answer sends the browser to. */
function leadsTo({ status, headers, body }: Answer): string {
  const location = header(headers, 'location')
  if (location === undefined) throw new Error(`no redirect: ${status} ${body.slice(0, 300)}`)
  return location.replace(/^https?:\/\/localhost:\d+(?=\/)/, '')
}

function keep(jar: Jar, answer: Answer): Answer {
  for (const [, name = '', value = ''] of answer.headers.matchAll(
    /\r\nset-cookie: ([^=;\r]+)=([^;\r]*)/gi,
  ))
    jar.set(name, value)
  return answer
}

/** The device stays known. */
function signOut(jar: Jar): void {
  for (const name of jar.keys()) if (/session|state/.test(name)) jar.delete(name)
}

function cookies(jar: Jar): string {
  return `Cookie: ${[...jar].map(([name, value]) => `${name}=${value}`).join('; ')}\r\n`
}
