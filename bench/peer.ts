/** The peer in a process of its own: `node bench/peer.ts <port>`. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import { PeerAdapter } from './peer-adapter.ts'
import { peerClients, resources } from './peer-facts.ts'
import { redirectUri } from './target.ts'

const port = Number(process.argv[2])

function signingKey(): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'bench' }
}

const clients = [
  {
    client_id: peerClients.machine.id,
    client_secret: peerClients.machine.secret,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: 'ES256',
  },
  {
    client_id: peerClients.app.id,
    client_secret: peerClients.app.secret,
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [redirectUri],
    id_token_signed_response_alg: 'ES256',
  },
  {
    client_id: peerClients.device.id,
    client_secret: peerClients.device.secret,
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: 'ES256',
  },
]

const resourceIndicators = {
  enabled: true,
  defaultResource: () => resources.jwt,
  useGrantedResource: () => true,
  getResourceServerInfo: (_context: unknown, resource: string) => ({
    scope: 'read',
    audience: resource,
    accessTokenTTL: 600,
    accessTokenFormat: resource === resources.opaque ? 'opaque' : 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }),
}

const provider = new Provider(`http://localhost:${port}`, {
  adapter: PeerAdapter,
  clients,
  jwks: { keys: [signingKey()] },
  cookies: { keys: ['bench'] },
  scopes: ['openid', 'offline_access', 'read'],
  findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
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
  ttl: { AccessToken: 600, ClientCredentials: 600, IdToken: 3600, RefreshToken: 1_209_600 },
})

createServer(provider.callback()).listen(port, '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
