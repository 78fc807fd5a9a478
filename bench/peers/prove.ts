import type { Connection } from '../connection.ts'
import { connect, expectStatus } from '../connection.ts'
import { codeIn, obtainTokens, pkce } from '../scenarios/code.ts'
import type { Target, TokenRequest } from '../target.ts'
import { authorizeQuery } from '../target.ts'

/** Fails unless the side does what is measured: figures of a server that does something else are worth nothing. */
export async function prove(target: Target): Promise<void> {
  const connection = connect(target)
  try {
    await proveTokens(target, connection)
    await proveIntrospection(target, connection)
    await provePeople(target, connection)
    await proveRotation(target, connection)
  } catch (error) {
    throw new Error(`${target.name} does not do what is measured`, { cause: error })
  } finally {
    connection.close()
  }
}

type Side = Pick<Target, 'authenticate' | 'paths'>

async function proveTokens(target: Target, connection: Connection): Promise<void> {
  const { es256, rs256, opaque } = target.tokens
  const issued = async (request: TokenRequest) => await issue(target, connection, request)
  claim(isSigned(await issued(es256), 'ES256'), 'its tokens are signed with ES256')
  claim(isSigned(await issued(rs256), 'RS256'), 'or with RS256')
  claim(!(await issued(opaque)).includes('.'), 'or they are opaque')
}

async function issue(
  { paths, authenticate }: Side,
  connection: Connection,
  { client, extra }: TokenRequest,
): Promise<string> {
  const body = `grant_type=client_credentials${extra}`
  const answer = await connection.post(paths.token, body, authenticate(client))
  return JSON.parse(expectStatus(answer, 200).body).access_token
}

async function proveIntrospection(target: Target, connection: Connection): Promise<void> {
  const { paths, introspectable, authenticate } = target
  for (const request of [introspectable.jwt, introspectable.opaque]) {
    const token = await issue(target, connection, request)
    const ask = async (of: string) => {
      const headers = authenticate(request.client)
      const answer = await connection.post(paths.introspect, `token=${of}`, headers)
      return JSON.parse(expectStatus(answer, 200).body).active
    }
    claim((await ask(token)) === true, 'introspection finds what was issued')
    claim((await ask('A'.repeat(43))) === false, 'and nothing else')
  }
}

async function provePeople(target: Target, connection: Connection): Promise<void> {
  if (!target.lacks.has('userinfo')) {
    const token = await target.obtainUserinfoToken(connection)
    const ask = (of: string) =>
      connection.get(target.paths.userinfo, `Authorization: Bearer ${of}\r\n`)
    claim(JSON.parse((await ask(token)).body).sub !== undefined, 'userinfo tells who it is')
    claim((await ask('A'.repeat(43))).status === 401, 'and tells nobody else')
  }
  if (!target.lacks.has('login')) await (await target.prepareLogin(connection))()
  if (!target.lacks.has('registration')) await (await target.prepareRegistration(connection))()
  if (!target.lacks.has('login-code')) {
    const visit = await target.prepareVisit(connection)
    codeIn(await visit(authorizeQuery(target, pkce().challenge)))
  }
}

/**
 * The last one, for whoever replays a token loses the others of the same grant. The token that is replayed is not
 * the one before: to repeat that for some seconds, for the same answer, is what Cardea does for two tabs.
 */
async function proveRotation(target: Target, connection: Connection): Promise<void> {
  const headers = target.authenticate(target.app)
  const refresh = (token: string) =>
    connection.post(target.paths.token, `grant_type=refresh_token&refresh_token=${token}`, headers)
  const first = await obtainTokens(target, connection, await target.establishSession())
  const next = async (token: string): Promise<typeof first> =>
    JSON.parse(expectStatus(await refresh(token), 200).body)
  const second = await next(first.refresh_token)
  const third = await next(second.refresh_token)
  const all = [first, second, third]
  claim(new Set(all.map((tokens) => tokens.refresh_token)).size === 3, 'refreshing rotates')
  for (const { id_token: ours, access_token: theirs } of all) {
    claim(isSigned(ours, 'ES256'), 'a grant comes with an ID token that is signed with ES256')
    claim(isSigned(theirs, 'ES256'), 'and with such an access token')
  }
  claim((await refresh(first.refresh_token)).status === 400, 'a used refresh token is refused')
}

function claim(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`)
}

function isSigned(token: string | undefined, algorithm: string): boolean {
  const [head = '', , signature] = token?.split('.') ?? []
  if (signature === undefined) return false
  return JSON.parse(Buffer.from(head, 'base64url').toString('utf8')).alg === algorithm
}
