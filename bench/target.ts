import { createBrowser } from '../test/harness/browser.ts'
import type { RegisteredClient } from '../test/harness/cardea-admin.ts'

/** A server as the scenarios see it, whichever it is. */
export type Target = {
  readonly name: 'Cardea' | 'oidc-provider'
  readonly url: string
  readonly host: string
  readonly port: number
  readonly pid: number
  /** May use client_credentials and introspection. */
  readonly machine: RegisteredClient
  /** The same, and gets opaque tokens. */
  readonly opaqueMachine: RegisteredClient
  /** May use the code flow and refresh tokens, and exchange its own where there is that grant. */
  readonly app: RegisteredClient
  /** May use the device flow. */
  readonly device: RegisteredClient
  readonly paths: {
    readonly authorize: string
    readonly pushed: string
    readonly device: string
    readonly token: string
    readonly introspect: string
  }
  /** What must be added to a request for an access token of the kind that is meant. */
  readonly jwtToken: string
  readonly introspectableToken: string
  /** A browser session in which the application was allowed what it asks: the Cookie header. */
  readonly establishSession: () => Promise<string>
  /** How many statements it has sent to its database so far. */
  readonly statements: () => Promise<number>
  readonly startMs: { readonly first: number; readonly second: number | undefined }
  readonly idle: Memory
  readonly stop: () => Promise<void>
}

export type Memory = { readonly server: number; readonly database: number | undefined }

export const redirectUri = 'https://app.example.com/callback'
export const scope = 'openid'

export function authorizeQuery(clientId: string, challenge: string): string {
  return new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'bench',
    nonce: 'bench',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }).toString()
}

/** Goes through the pages of a server until it sends the browser back with a code. */
export async function passPages(
  target: Pick<Target, 'url' | 'app' | 'paths'>,
  answers: readonly Readonly<Record<string, string>>[],
): Promise<string> {
  const browser = createBrowser(target.url)
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' // RFC 7636 appendix B
  const path = `${target.paths.authorize}?${authorizeQuery(target.app.id, challenge)}`
  let page = await browser.open(path)
  for (const fields of answers) {
    if (page.left === undefined) page = await browser.submit(page, fields)
  }
  if (!page.left?.searchParams.has('code')) {
    throw new Error(`no code: ${page.url} ${page.left ?? page.body.slice(0, 500)}`)
  }
  const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`)
  return `Cookie: ${cookies.join('; ')}\r\n`
}
