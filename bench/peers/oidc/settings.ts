import { peerClients, resources } from '../facts.ts'
import { redirectUri } from '../../target.ts'

const { machine, opaqueMachine, app, device, profile } = peerClients
const named = ({ id, secret }: { readonly id: string; readonly secret: string }) => ({
  client_id: id,
  client_secret: secret,
  id_token_signed_response_alg: 'ES256',
})
const pageless = { redirect_uris: [], response_types: [] }

const clients = [
  { ...named(machine), ...pageless, grant_types: ['client_credentials'] },
  { ...named(opaqueMachine), ...pageless, grant_types: ['client_credentials'] },
  {
    ...named(app),
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
  },
  {
    ...named(profile),
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
  },
  {
    ...named(device),
    ...pageless,
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
  },
]

type Context = { readonly oidc: { readonly client?: { readonly clientId: string } } }

const resourceIndicators = {
  enabled: true,
  // Userinfo takes only tokens that are for no resource.
  defaultResource: ({ oidc }: Context) =>
    oidc.client?.clientId === profile.id ? undefined : resources.es256,
  useGrantedResource: () => true,
  getResourceServerInfo: (_context: Context, resource: string) => ({
    scope: 'read',
    audience: resource,
    accessTokenTTL: 600,
    accessTokenFormat: resource === resources.opaque ? 'opaque' : 'jwt',
    jwt: { sign: { alg: resource === resources.rs256 ? 'RS256' : 'ES256' } },
  }),
}

/** bench/peers/README.md says why each setting is as it is. */
export const settings = {
  clients,
  cookies: { keys: ['a-cookie-key-of-the-bench-that-is-long'] },
  scopes: ['openid', 'offline_access', 'read'],
  findAccount: (_context: unknown, id: string) => ({
    accountId: id,
    claims: () => ({ sub: id }),
  }),
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true },
    deviceFlow: { enabled: true },
    resourceIndicators,
  },
  ttl: {
    AccessToken: 600,
    ClientCredentials: 600,
    Grant: 1_209_600,
    IdToken: 3600,
    RefreshToken: 1_209_600,
    Session: 1_209_600,
  },
}
