import { type Static, Type } from 'typebox'
import { needs as permission, problems } from '../../account/index.ts'
import type { FamilyId } from '../../base/index.ts'
import type { Surface } from '../../http/index.ts'
import type { GrantRow } from '../../session/index.ts'
import { selectClientGrants, selectUserGrants } from '../../session/index.ts'
import { actOn, userIdOf, userOf } from '../acting.ts'
import { actOnClient, clientOf } from '../clients/client.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import { endClientGrants, endGrant } from './end-grants.ts'

const tags = ['admin']
const ofUser = '/api/v1/admin/users/:user_id/tokens'
const ofClient = '/api/v1/admin/clients/:client_id/tokens'
const uuid = Type.String({ format: 'uuid' })
const clientId = Type.String({ maxLength: 1024 })
const Query = Type.Object(pageQuery, { additionalProperties: false })
const Key = Type.Tuple([uuid])
const time = Type.String({ format: 'date-time' })

const GrantBody = Type.Object(
  {
    id: uuid,
    kind: Type.Enum(['oauth', 'api'], {
      description: 'api: a sign-in at our own API, which is of no client',
    }),
    user_id: uuid,
    client_id: Type.Union([Type.String(), Type.Null()]),
    session_id: Type.Union([uuid, Type.Null()]),
    scopes: Type.Array(Type.String()),
    offline: Type.Boolean({ description: 'Whether it outlives the session' }),
    created_at: time,
    last_used_at: Type.String({
      format: 'date-time',
      description: 'When a refresh token of it was last exchanged',
    }),
    expires_at: time,
  },
  {
    description: 'A grant, with its line of refresh tokens and the access tokens from it',
    examples: [
      {
        id: '0193a6c2-6a5e-7c11-9b0f-3f2b8f6a1d20',
        kind: 'oauth',
        user_id: '0193a6c2-1111-7c11-9b0f-3f2b8f6a1d20',
        client_id: 'c_Zk3rT0b5mR8sQ1x7vW2y4A',
        session_id: '0193a6c2-2222-7c11-9b0f-3f2b8f6a1d20',
        scopes: ['openid', 'offline_access'],
        offline: true,
        created_at: '2026-11-24T09:00:00.000Z',
        last_used_at: '2026-11-24T09:45:00.000Z',
        expires_at: '2027-02-22T09:00:00.000Z',
      },
    ],
  },
)
const Ended = Type.Object(
  { ended: Type.Integer({ description: 'How many grants that were' }) },
  { examples: [{ ended: 1204 }] },
)

/** The grants that tokens come from. */
export function tokenRoutes(surface: Surface, needs: AdminNeeds): void {
  userTokens(surface, needs)
  clientTokens(surface, needs)
  surface.delete(ofClient, {
    config: permission('cardea.token:revoke', { of: 'client_id', recent: true }),
    schema: {
      tags,
      operationId: 'revokeClientTokens',
      summary: 'End every grant to a client',
      params: Type.Object({ client_id: clientId }),
      response: { 200: Ended, ...problems },
    },
    handler: async (request) => {
      const { by, clientId } = await actOnClient(needs, request, request.params.client_id)
      await clientOf(needs, clientId)
      return { ended: await endClientGrants(needs, clientId, by) }
    },
  })
}

function userTokens(surface: Surface, needs: AdminNeeds): void {
  surface.get(ofUser, {
    config: permission('cardea.token:read', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'listUserTokens',
      summary: 'What a user gave applications and our own API, the youngest first',
      params: Type.Object({ user_id: uuid }),
      querystring: Query,
      response: { 200: pageBody(GrantBody), ...problems },
    },
    handler: async (request, reply) => {
      const { id } = await userOf(needs, request.params.user_id)
      const { limit, after: [after] = [] } = pageOf(request.query, Key)
      const page = { now: needs.clock.now(), after, limit: limit + 1 }
      const rows = await needs.reads((db) => selectUserGrants(db, id, page))
      return sendPage(request, reply, grantPage(rows, limit))
    },
  })
  surface.delete(`${ofUser}/:token_id`, {
    config: permission('cardea.token:revoke', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'revokeUserToken',
      summary: 'End one grant of a user',
      params: Type.Object({ user_id: uuid, token_id: uuid }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user_id: user, token_id: id } = request.params
      const { by } = await actOn(needs, request, user)
      await endGrant(needs, { id: id as FamilyId, userId: userIdOf(user) }, by)
      return reply.code(204).send(null)
    },
  })
}

function clientTokens(surface: Surface, needs: AdminNeeds): void {
  surface.get(ofClient, {
    config: permission('cardea.token:read', { of: 'client_id' }),
    schema: {
      tags,
      operationId: 'listClientTokens',
      summary: 'What people gave a client, the youngest first',
      params: Type.Object({ client_id: clientId }),
      querystring: Query,
      response: { 200: pageBody(GrantBody), ...problems },
    },
    handler: async (request, reply) => {
      const client = await clientOf(needs, request.params.client_id)
      const { limit, after: [after] = [] } = pageOf(request.query, Key)
      const page = { now: needs.clock.now(), after, limit: limit + 1 }
      const rows = await needs.reads((db) => selectClientGrants(db, client.clientId, page))
      return sendPage(request, reply, grantPage(rows, limit))
    },
  })
  surface.delete(`${ofClient}/:token_id`, {
    config: permission('cardea.token:revoke', { of: 'client_id' }),
    schema: {
      tags,
      operationId: 'revokeClientToken',
      summary: 'End one grant to a client',
      params: Type.Object({ client_id: clientId, token_id: uuid }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { client_id: client, token_id: id } = request.params
      const { by, clientId } = await actOnClient(needs, request, client)
      await endGrant(needs, { id: id as FamilyId, clientId }, by)
      return reply.code(204).send(null)
    },
  })
}

function grantPage(rows: readonly GrantRow[], limit: number) {
  const { items, next } = pageFrom(rows, limit, ({ id }) => [id])
  return { items: items.map(grantBody), next }
}

function grantBody(grant: GrantRow): Static<typeof GrantBody> {
  return {
    id: grant.id,
    kind: grant.kind,
    user_id: grant.userId,
    client_id: grant.clientId,
    session_id: grant.sessionId,
    scopes: [...grant.scopes],
    offline: grant.offline,
    created_at: grant.createdAt.toISOString(),
    last_used_at: grant.rotatedAt.toISOString(),
    expires_at: grant.expiresAt.toISOString(),
  }
}
