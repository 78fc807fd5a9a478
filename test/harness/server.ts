import type { App, AppOptions } from '../../src/app.ts'
import { createApp } from '../../src/app.ts'
import type { ClientId, Clock } from '../../src/base/index.ts'
import type { Client, ClientInput } from '../../src/clients/index.ts'
import { createClient } from '../../src/clients/index.ts'
import type { Config } from '../../src/config.ts'
import { loadConfig } from '../../src/config.ts'
import type { User } from '../../src/identity/index.ts'
import { createUser } from '../../src/identity/index.ts'
import { createLog } from '../../src/telemetry/index.ts'
import type { Browser } from './browser.ts'
import { createBrowser } from './browser.ts'
import { freePort } from './cardea-process.ts'
import { masterKey, testDatabase } from './database.ts'
import type { Mailbox } from './mailbox.ts'

export type TestUser = User & { readonly password: string }
export type TestClient = { readonly id: ClientId; readonly secret: string; readonly client: Client }

export type TestServer = {
  readonly url: string
  readonly app: App
  readonly config: Config
  readonly databaseUrl: string
  /** What reached the database since the last call. */
  readonly statements: () => string[]
  readonly browser: () => Browser
  readonly user: (
    input?: Partial<{
      username: string
      email: string
      password: string
      profile: User['profile']
    }>,
  ) => Promise<TestUser>
  readonly client: (input?: Partial<ClientInput>) => Promise<TestClient>
  readonly close: () => Promise<void>
}

export { masterKey }
export const callback = 'https://app.example.com/callback'

type Options = {
  readonly clock?: Clock
  readonly env?: Readonly<Record<string, string>>
  readonly log?: (line: string) => void
  /** Sends mails there and starts the queue; without it, `app.queue.drain()` fills `app.inbox`. */
  readonly mailbox?: Mailbox
  /** Called before the first route is added. */
  readonly onServer?: NonNullable<AppOptions['onServer']>
}

/** A real server on a port of its own with a database of its own. Passwords are hashed cheaply. */
export async function testServer(options: Options = {}): Promise<TestServer> {
  const database = await testDatabase({ withKeys: true })
  const port = await freePort()
  const config = testConfig({
    CARDEA_HTTP_PORT: String(port),
    ...(options.mailbox && {
      CARDEA_MAIL_URL: options.mailbox.url,
      CARDEA_MAIL_STARTTLS: 'opportunistic',
    }),
    ...options.env,
  })
  const statements: string[] = []
  const app = await createApp({
    config,
    databaseUrl: database.url,
    masterKeys: [masterKey],
    log: createLog({
      level: options.log ? 'info' : 'silent',
      format: 'json',
      ...(options.log && { destination: { write: options.log } }),
    }),
    onStatement: (text) => statements.push(text),
    ...(options.clock && { clock: options.clock }),
    ...(options.onServer && { onServer: options.onServer }),
  })
  try {
    await app.http.listen({ host: '127.0.0.1', port })
  } catch (error) {
    // What stays open would keep the whole test run waiting.
    await app.close()
    await database.close()
    throw error
  }
  if (options.mailbox) app.queue.start()
  const url = config.publicUrl
  return {
    url,
    app,
    config,
    databaseUrl: database.url,
    statements: () => statements.splice(0),
    browser: () => createBrowser(url),
    user: (input = {}) => makeUser(app, input),
    client: (input = {}) => makeClient(app, input),
    async close() {
      await app.close()
      await database.close()
    },
  }
}

function testConfig(env: Readonly<Record<string, string>>): Config {
  const cheap = {
    CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '1024',
    CARDEA_PASSWORD_ARGON2_ITERATIONS: '1',
    CARDEA_LIMITS_ENABLED: 'false',
  }
  const loaded = loadConfig({ CARDEA_ENV: 'test', ...cheap, ...env })
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'))
  return loaded.config
}

let people = 0

async function makeUser(
  app: App,
  input: Partial<{ username: string; email: string; password: string; profile: User['profile'] }>,
): Promise<TestUser> {
  people += 1
  const username = input.username ?? `person${people}`
  const password = input.password ?? 'correct horse battery staple'
  const email = input.email ?? `${username}@example.com`
  const profile = input.profile ?? { name: 'Perla Sona' }
  const account = { username, email, emailVerified: true, password, profile }
  const user = await createUser(app, account, { actor: 'system' })
  return { ...user, password }
}

async function makeClient(app: App, input: Partial<ClientInput>): Promise<TestClient> {
  const full = { client_name: 'Example App', redirect_uris: [callback], ...input }
  const { client, secret = '' } = await createClient(app, full, { actor: 'system' })
  return { id: client.clientId, secret, client }
}
