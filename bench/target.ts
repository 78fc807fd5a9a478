import { createBrowser } from '../test/harness/browser.ts'
import type { RegisteredClient } from '../test/harness/cardea-admin.ts'
import type { Connection } from './connection.ts'
import type { Worker } from './load.ts'

export type TargetKey = 'cardea' | 'oidc-memory' | 'oidc-postgres' | 'better-auth'

export type ScenarioKey =
  | 'client-credentials-es256'
  | 'client-credentials-rs256'
  | 'client-credentials-opaque'
  | 'introspection-jwt'
  | 'introspection-opaque'
  | 'userinfo'
  | 'code'
  | 'refresh'
  | 'login'
  | 'login-code'
  | 'registration'
  | 'decision'
  | 'pushed-dpop'
  | 'device'
  | 'token-exchange'

/** A database of one side alone, on the PostgreSQL of all. */
export type Database = {
  readonly name: string
  /** For the server that is measured. */
  readonly url: string
  /** For whoever counts: the same database, as a superuser. */
  readonly superUrl: string
}

/** What a side is given to start with. */
export type StartNeeds = {
  /** Makes an empty database; called once at most. */
  readonly createDatabase: (name: string) => Promise<Database>
  /** Words in front of the server's command that hold it to its core (`taskset -c 0`); may be none. */
  readonly pinned: readonly string[]
}

/**
 * Starts a server twice: first with nothing there (an empty database, no keys), then again on what the first
 * start left; the second one is measured. Whoever and whatever the scenarios need is made in between, so that
 * the running server is idle and has done nothing. Its process must be the one whose `pid` is told, for taskset
 * replaces itself by what it starts.
 */
export type StartTarget = (needs: StartNeeds) => Promise<Target>

/** How a token of some kind is asked for: by whom, and what is added to `grant_type=client_credentials`. */
export type TokenRequest = { readonly client: RegisteredClient; readonly extra: string }

/** Goes from an authorization request (its query) to the redirect, and tells where that leads to. */
export type Visit = (query: string) => Promise<string>

/** A server as the scenarios see it, whichever it is. What differs between sides is here and in no scenario. */
export type Target = {
  readonly key: TargetKey
  readonly name: string
  /** For the table: what of its state survives a crash. */
  readonly keeps: string
  readonly url: string
  readonly host: string
  readonly port: number
  readonly pid: number
  /** None when everything is in the memory of the process. */
  readonly database: Database | undefined
  /** Scenarios that it has nothing for; their functions and clients are never touched. */
  readonly lacks: ReadonlySet<ScenarioKey>
  /** What it does less, or otherwise, than Cardea in a scenario; for the notes below the table. */
  readonly differs: Readonly<Partial<Record<ScenarioKey, string>>>
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMs: { readonly first: number; readonly next: number }

  readonly paths: {
    readonly authorize: string
    readonly pushed: string
    readonly device: string
    readonly token: string
    readonly introspect: string
    readonly userinfo: string
  }
  /** The header lines with which a client authenticates. */
  readonly authenticate: (client: RegisteredClient) => string
  /** Access tokens by kind: two JWTs and one that is looked up. */
  readonly tokens: Readonly<Record<'es256' | 'rs256' | 'opaque', TokenRequest>>
  /** Tokens that its introspection answers for with `"active":true`; the client may ask, too. */
  readonly introspectable: Readonly<Record<'jwt' | 'opaque', TokenRequest>>
  /** May use the code flow with PKCE and refresh tokens, and exchange its own where there is that grant. */
  readonly app: RegisteredClient
  /** Added to each authorization request of `app`, or in place of what is there (`scope=...`); may be empty. */
  readonly authorizeExtra: string
  /** May use the device flow. */
  readonly device: RegisteredClient

  /** A browser session in which the application was allowed what it asks: header lines. */
  readonly establishSession: () => Promise<string>
  /** An access token of a person that the userinfo endpoint takes. */
  readonly obtainUserinfoToken: (connection: Connection) => Promise<string>
  /**
   * A person on a device that is known, signed in nowhere, who allowed the application long ago. Each visit
   * verifies the password (Argon2id with the parameters of bench/limits/argon2.ts) and begins a session.
   */
  readonly prepareVisit: (connection: Connection) => Promise<Visit>
  /** The same without an application: name and password to a session that is kept. */
  readonly prepareLogin: (connection: Connection) => Promise<Worker>
  /** Each call registers another account, with a password that is hashed as above. */
  readonly prepareRegistration: (connection: Connection) => Promise<Worker>
  /** Each call asks whether somebody may do something. */
  readonly prepareDecision: (connection: Connection) => Promise<Worker>
  readonly stop: () => Promise<void>
}

export const redirectUri = 'https://app.example.com/callback'
export const scope = 'openid'

export function authorizeQuery(
  { app, authorizeExtra }: Pick<Target, 'app' | 'authorizeExtra'>,
  challenge: string,
): string {
  const query = new URLSearchParams({
    client_id: app.id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'bench',
    nonce: 'bench',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  for (const [name, value] of new URLSearchParams(authorizeExtra)) query.set(name, value)
  return query.toString()
}

/** Goes through the pages of a server until it sends the browser back with a code: its cookies as a header line. */
export async function passPages(
  target: Pick<Target, 'url' | 'app' | 'authorizeExtra' | 'paths'>,
  answers: readonly Readonly<Record<string, string>>[],
): Promise<string> {
  const browser = createBrowser(target.url)
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' // RFC 7636 appendix B
  const path = `${target.paths.authorize}?${authorizeQuery(target, challenge)}`
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
