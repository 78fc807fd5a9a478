import type { Fleet } from '../harness/node-fleet.ts'
import type { Fields } from '../harness/oauth.ts'
import { pkce } from '../harness/oauth.ts'
import { callback } from '../harness/server.ts'
import type { Journal } from './journal.ts'
import type { World } from './load.ts'
import { authorizeAddress, form } from './load.ts'

/** Everything that is not as the fleet had promised, asked of each node in turn. */
export async function verify(
  fleet: { readonly nodes: readonly { readonly url: string }[] },
  world: World,
  journal: Journal,
): Promise<string[]> {
  const broken = [...journal.broken]
  const post = async (at: string, path: string, fields: Fields) => {
    const response = await fetch(at + path, form(world.app, fields))
    return { status: response.status, text: await response.text() }
  }
  const token = (at: string, fields: Fields) => post(at, '/oauth/token', fields)
  const expect = (what: string, found: string | number | boolean, wanted: typeof found) => {
    if (found !== wanted) broken.push(`${what}: ${found} and not ${wanted}`)
  }
  const nodeFor = (index: number) => fleet.nodes[index % fleet.nodes.length]?.url ?? ''
  const each = async <Item>(
    items: readonly Item[],
    look: (item: Item, at: string) => Promise<void>,
  ) => {
    const queue = [...items.entries()]
    const worker = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop())
        await look(next[1], nodeFor(next[0]))
    }
    await Promise.all([worker(), worker(), worker(), worker()])
  }

  await each(journal.chains, async (chain, at) => {
    if (chain.ended) return
    const fields = { grant_type: 'refresh_token', refresh_token: chain.current }
    const { status, text } = await token(at, fields)
    expect(`a chain of ${chain.rotations} rotations (${text.slice(0, 100)})`, status, 200)
  })
  await each(journal.revoked, async (refresh_token, at) => {
    expect(
      'a revoked token',
      (await token(at, { grant_type: 'refresh_token', refresh_token })).status,
      400,
    )
  })
  await each(journal.revokedAccess, async (revoked, at) => {
    const { text } = await post(at, '/oauth/introspect', { token: revoked.token })
    expect('a revoked access token', JSON.parse(text).active, false)
  })
  await each(journal.spentCodes, async ({ code, verifier: code_verifier }, at) => {
    const again = { grant_type: 'authorization_code', redirect_uri: callback }
    expect('a spent code', (await token(at, { ...again, code, code_verifier })).status, 400)
  })
  await each(journal.users, async ({ id, username }, at) => {
    const headers = { authorization: `Bearer ${world.adminToken}` }
    const response = await fetch(`${at}/api/v1/admin/users/${id}`, { headers })
    const text = await response.text()
    expect('a created user', response.status === 200 && JSON.parse(text).username, username)
  })
  await each(journal.endedSessions, async (cookies, at) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const response = await fetch(`${at}/api/v1/users/me`, { headers })
    await response.arrayBuffer()
    expect('an ended session', response.status, 401)
  })
  return broken
}

/** Applications that were allowed and would have to be allowed again. */
export async function forgottenConsents(
  fleet: Fleet,
  journal: Journal,
  cookie: string,
): Promise<string[]> {
  const forgotten: string[] = []
  for (const [index, { clientId }] of journal.consents.entries()) {
    const at = fleet.nodes[index % fleet.nodes.length]?.url ?? ''
    const address = authorizeAddress(clientId, pkce().challenge, { prompt: 'none' })
    const response = await fetch(at + address, { headers: { cookie }, redirect: 'manual' })
    await response.arrayBuffer()
    const location = response.headers.get('location') ?? ''
    if (!location.includes('code=')) forgotten.push(`${clientId}: ${response.status} ${location}`)
  }
  return forgotten
}
