/** What an operator does once: `node bench/peers/better-auth/fill.ts <url> <database URL>`. */
import { betterAuth } from 'better-auth'
import { redirectUri } from '../../target.ts'
import { peerAccount } from '../facts.ts'
import { settings } from './settings.ts'

const machine = {
  grant_types: ['client_credentials'],
  client_credentials_scopes: ['read'],
  token_endpoint_auth_method: 'client_secret_basic',
}

/** In the order of `peerClients`, from which they get their names. */
const clients = [
  { ...machine, client_name: 'Machine' },
  { ...machine, client_name: 'Machine with opaque tokens' },
  {
    client_name: 'Application',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email offline_access',
    token_endpoint_auth_method: 'client_secret_basic',
  },
]

/** As much of what the plugin adds as is used. */
type Administration = {
  readonly adminCreateOAuthClient: (request: {
    readonly headers: Headers
    readonly body: (typeof clients)[number]
  }) => Promise<unknown>
}

const [url = '', database = ''] = process.argv.slice(2)
const options = settings({ url, database })
const auth = betterAuth(options)
await auth.api.signUpEmail({ body: peerAccount })
const { headers: signedIn } = await auth.api.signInEmail({ body: peerAccount, returnHeaders: true })
const cookie = signedIn.getSetCookie().map((line) => line.split(';')[0])
const headers = new Headers({ cookie: cookie.join('; ') })
const api = auth.api as unknown as Administration
for (const body of clients) await api.adminCreateOAuthClient({ headers, body })
await options.database.end()
