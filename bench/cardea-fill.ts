import type { Account, RegisteredClient } from '../test/harness/cardea-admin.ts'
import { excerpt, registerClient, signInByApi } from '../test/harness/cardea-admin.ts'
import { redirectUri } from './target.ts'

export type Person = Account & { readonly id: string }
export type People = readonly Person[]

export type Filled = Readonly<
  Record<'machine' | 'opaqueMachine' | 'app' | 'device', RegisteredClient>
> & {
  /** The resource whose tokens are signed with RS256. */
  readonly rs256: string
  readonly people: People
}

const count = 16
const rs256 = 'https://api.example.com/rs256'

/** Makes what the scenarios need, by the API as an administrator would. */
export async function fill(url: string, owner: Account): Promise<Filled> {
  const token = await signInByApi(url, owner)
  const clients = await registerClients(url, token)
  const ask = (path: string, body: object) => post(`${url}/api/v1/${path}`, body, token)
  await ask('admin/resources', {
    identifier: rs256,
    name: 'Signed with RS256',
    access_token_signing_alg: 'RS256',
    scopes: [{ scope: 'read', name: 'Read' }],
  })
  await ask('admin/permissions', { resource: 'document', action: 'read' })
  await ask('admin/roles', { name: 'reader', permissions: ['document:read'] })
  const client = { type: 'client', id: clients.machine.id }
  await ask('admin/assignments', { role: 'authorizer', subject: client })
  const people: Person[] = []
  while (people.length < count) {
    const username = `person${people.length}`
    const { password } = owner
    const { id } = await ask('auth/register', { username, password })
    await ask('admin/assignments', { role: 'reader', subject: { type: 'user', id } })
    people.push({ id: String(id), username, password })
  }
  return { ...clients, rs256, people }
}

async function registerClients(url: string, token: string) {
  const machine = await registerClient(url, token, {
    client_name: 'Machine',
    grant_types: ['client_credentials'],
    scope: 'read',
  })
  const opaqueMachine = await registerClient(url, token, {
    client_name: 'Machine with opaque tokens',
    grant_types: ['client_credentials'],
    scope: 'read',
    access_token_format: 'opaque',
  })
  const app = await registerClient(url, token, {
    client_name: 'Application',
    redirect_uris: [redirectUri],
    grant_types: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    id_token_signed_response_alg: 'ES256',
  })
  const device = await registerClient(url, token, {
    client_name: 'Device',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    id_token_signed_response_alg: 'ES256',
  })
  return { machine, opaqueMachine, app, device }
}

type Answer = Readonly<Record<string, unknown>>

async function post(address: string, body: object, token: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${address}: ${response.status} ${excerpt(text)}`)
  return JSON.parse(text)
}
