import { type Static, Type } from 'typebox'
import { tagged } from '../../account/index.ts'
import type { ClientId } from '../../base/index.ts'
import { hasControls } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { ClientInput, clientFailures, findClient } from '../../clients/index.ts'
import type { Reply, Request } from '../../http/index.ts'
import type { Acting } from '../acting.ts'
import { act, mayManage } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'

export const clientsPath = '/api/v1/admin/clients'
export const ClientParams = Type.Object({ client_id: Type.String({ maxLength: 1024 }) })

const example = {
  client_id: 'c_Zk3rT0b5mR8sQ1x7vW2y4A',
  client_name: 'Example App',
  is_active: true,
  registered_by: 'administrator',
  created_at: '2026-11-24T09:00:00.000Z',
  updated_at: '2026-11-24T09:00:00.000Z',
  redirect_uris: ['https://app.example.com/callback'],
  post_logout_redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid profile email offline_access',
  id_token_signed_response_alg: 'RS256',
  require_pkce: true,
  require_consent: true,
}

export const ClientBody = Type.Object(
  {
    client_id: Type.String(),
    client_name: Type.String(),
    is_active: Type.Boolean(),
    registered_by: Type.Enum(['administrator', 'itself', 'document'], {
      description: 'document: its id is the address of its metadata',
    }),
    expires_at: Type.Optional(
      Type.String({ format: 'date-time', description: 'Removed then unless it is used before' }),
    ),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  {
    additionalProperties: true,
    description:
      'RFC 7591 client information: also every member that the client is registered with',
    examples: [example],
  },
)

export const ClientWithSecret = Type.Object(
  {
    ...ClientBody.properties,
    client_secret: Type.Optional(Type.String({ description: 'A new secret, shown once' })),
  },
  {
    additionalProperties: true,
    examples: [{ ...example, client_secret: 'cs_3Yw8Qm5cT1nXb7Lr0KpVdZs6HfJ2gAeU9iOoRtE4uNw' }],
  },
)

/** RFC 7396: null takes a member away. */
export const ClientPatch = Type.Object(
  Object.fromEntries(
    Object.entries(ClientInput.properties).map(([name, schema]) => [
      name,
      Type.Optional(Type.Union([schema, Type.Null()])),
    ]),
  ),
  {
    additionalProperties: false,
    minProperties: 1,
    examples: [{ client_name: 'Example', logo_uri: null }],
  },
)

export function clientBody(client: Client): Static<typeof ClientBody> {
  return {
    ...client.metadata,
    client_id: client.clientId,
    client_name: client.name,
    is_active: client.isActive,
    registered_by: client.registeredBy,
    ...(client.expiresAt && { expires_at: client.expiresAt.toISOString() }),
    created_at: client.createdAt.toISOString(),
    updated_at: client.updatedAt.toISOString(),
  }
}

/** The client that a path names; fails with 404. */
export async function clientOf(needs: Pick<AdminNeeds, 'db'>, id: string): Promise<Client> {
  const client = await findClient(needs.db, clientIdOf(id))
  if (client === undefined) throw clientFailures.unknown_client()
  return client
}

export function clientIdOf(id: string): ClientId {
  if (hasControls(id)) throw clientFailures.unknown_client()
  return id as ClientId
}

/** Who changes a client that they may manage; fails with 403 and 404. */
export async function actOnClient(
  needs: AdminNeeds,
  request: Request,
  id: string,
): Promise<Acting & { readonly clientId: ClientId }> {
  const clientId = clientIdOf(id)
  await mayManage(needs, request, { type: 'client', id: clientId })
  return { ...act(needs, request), clientId }
}

/** The client with its version, and its new secret where it got one. */
export function sendClient(reply: Reply, client: Client, secret?: string): Reply {
  return tagged(reply, client).send({
    ...clientBody(client),
    ...(secret !== undefined && { client_secret: secret }),
  })
}
