import { createBrowser } from './browser.ts'

/** What an administrator does by hand on a new server. */
export type Account = { readonly username: string; readonly password: string }
export type RegisteredClient = { readonly id: string; readonly secret: string }

/** Makes the first administrator with the form behind the setup link. */
export async function createOwner(link: string, owner: Account): Promise<void> {
  const browser = createBrowser(new URL(link).origin)
  const form = await browser.open(link)
  const done = await browser.submit(form, {
    ...owner,
    email: `${owner.username}@example.com`,
    name: 'Odile Wner',
    confirm: owner.password,
  })
  if (!done.url.endsWith('/login')) throw new Error(`setup: ${done.status} ${excerpt(done.body)}`)
}

/** Signs in at the JSON API; the access token. */
export async function signInByApi(server: string, account: Account): Promise<string> {
  const { username: identifier, password } = account
  const answer = await postJson(`${server}/api/v1/auth/login`, { identifier, password })
  return String(answer.access_token)
}

export async function registerClient(
  server: string,
  accessToken: string,
  metadata: Readonly<Record<string, unknown>>,
): Promise<RegisteredClient> {
  const answer = await postJson(`${server}/api/v1/admin/clients`, metadata, accessToken)
  return { id: String(answer.client_id), secret: String(answer.client_secret) }
}

async function postJson(
  address: string,
  body: object,
  accessToken?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${address}: ${response.status} ${excerpt(text)}`)
  return JSON.parse(text)
}

export function excerpt(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 400)
}
