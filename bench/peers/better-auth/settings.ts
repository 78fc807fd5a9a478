import { oauthProvider } from '@better-auth/oauth-provider'
import type { BetterAuthOptions, BetterAuthPlugin } from 'better-auth'
import { jwt } from 'better-auth/plugins'
import { Pool } from 'pg'
import { argon2id } from './argon2id.ts'
import { peerClients, poolSize, resources } from '../facts.ts'
import { rememberedKeys } from './remembered-keys.ts'

type Options = { readonly url: string; readonly database: string }

type Settings = BetterAuthOptions & { readonly database: Pool }

/** Set up for production; bench/peers/README.md says why each setting is as it is. */
export function settings({ url, database }: Options): Settings {
  return {
    baseURL: url,
    basePath: '/',
    secret: 'a-secret-of-the-bench-that-is-long-enough',
    database: new Pool({ connectionString: database, max: poolSize }),
    logger: { level: 'error' },
    telemetry: { enabled: false },
    experimental: { instrumentation: { enabled: false } },
    // They would stop the load after 20 tokens in a minute.
    rateLimit: { enabled: false },
    advanced: { database: { joins: true } },
    // As in Cardea, who registers is not signed in by that.
    emailAndPassword: { enabled: true, autoSignIn: false, password: argon2id },
    disabledPaths: ['/token'],
    plugins: [
      jwt({
        disableSettingJwtHeader: true,
        jwks: { keyPairConfig: { alg: 'ES256' }, keyPairConfigs: [{ alg: 'RS256' }] },
        adapter: rememberedKeys(),
      }),
      // Its types were not made for exactOptionalPropertyTypes.
      oauthProvider({
        loginPage: '/sign-in',
        consentPage: '/consent',
        scopes: ['openid', 'profile', 'email', 'offline_access', 'read'],
        resources: [
          { identifier: resources.es256, signingAlgorithm: 'ES256' },
          { identifier: resources.rs256, signingAlgorithm: 'RS256' },
        ],
        cachedResources: new Set(Object.values(resources)),
        cachedTrustedClients: new Set(Object.values(peerClients).map(({ id }) => id)),
        enforcePerClientResources: false,
        clientPrivileges: () => true,
        accessTokenExpiresIn: 600,
        m2mAccessTokenExpiresIn: 600,
        refreshTokenExpiresIn: 1_209_600,
        ...namesInOrder(Object.values(peerClients)),
      }) as unknown as BetterAuthPlugin,
    ],
  }
}

type Named = { readonly id: string; readonly secret: string }
type Names = {
  readonly generateClientId: () => string
  readonly generateClientSecret: () => string
}

/** The clients are made by its own means, and get the names that the bench knows. */
function namesInOrder(clients: readonly Named[]): Names {
  const ids = clients.map(({ id }) => id)
  const secrets = clients.map(({ secret }) => secret)
  return {
    generateClientId: () => ids.shift() ?? '',
    generateClientSecret: () => secrets.shift() ?? '',
  }
}
