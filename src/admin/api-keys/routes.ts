import { type Static, Type } from 'typebox'
import {
  ApiKeyBody,
  apiKeyBody,
  apiKeyExample,
  byOf,
  needs as permission,
  problems,
} from '../../account/index.ts'
import type { ApiKey } from '../../api-keys/index.ts'
import { revokeApiKey, revokeApiKeysOf, searchApiKeys } from '../../api-keys/index.ts'
import type { Surface } from '../../http/index.ts'
import { userIdOf, userOf } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'
import type { ListPage } from '../paging.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'

const tags = ['admin']
const path = '/api/v1/admin/api-keys'
const ofUser = '/api/v1/admin/users/:user_id/api-keys'
const uuid = Type.String({ format: 'uuid' })
/** The id of the last key of the page before. */
const Place = Type.Tuple([Type.String({ pattern: '^[0-9a-f-]{36}$' })])

const KeyBody = Type.Object(
  { ...ApiKeyBody.properties, user_id: uuid },
  {
    title: 'ApiKeyOfUser',
    examples: [{ ...apiKeyExample, user_id: '01960d2c-7c00-7000-8000-0000000000aa' }],
  },
)
const KeyPage = pageBody(KeyBody)
const filters = {
  expired: Type.Optional(
    Type.Boolean({ description: 'Those that count no more, expired or revoked; or those that do' }),
  ),
  last_used_before: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Not used since; never used ones by their age',
    }),
  ),
}
const closed = { additionalProperties: false }
const AllQuery = Type.Object({ ...pageQuery, user_id: Type.Optional(uuid), ...filters }, closed)
const UserQuery = Type.Object({ ...pageQuery, ...filters }, closed)
const UserPath = Type.Object({ user_id: uuid })
const Revoked = Type.Object(
  { revoked: Type.Integer({ description: 'How many keys that were' }) },
  { title: 'RevokedApiKeysOfUser', examples: [{ revoked: 3 }] },
)

/** The API keys of everybody, without the keys themselves. Ending one gives nobody a right. */
export function apiKeyAdminRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.api_key:read'),
    schema: {
      tags,
      operationId: 'listApiKeys',
      summary: 'API keys, the newest first',
      querystring: AllQuery,
      response: { 200: KeyPage, ...problems },
    },
    handler: async (request, reply) => {
      const { user_id: userId, ...query } = request.query
      return sendPage(request, reply, await pageFor(needs, query, userId ?? null))
    },
  })
  surface.get(ofUser, {
    config: permission('cardea.api_key:read', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'listUserApiKeys',
      summary: 'The API keys of a user, the newest first',
      params: UserPath,
      querystring: UserQuery,
      response: { 200: KeyPage, ...problems },
    },
    handler: async (request, reply) => {
      const { id } = await userOf(needs, request.params.user_id)
      return sendPage(request, reply, await pageFor(needs, request.query, id))
    },
  })
  endingRoutes(surface, needs)
}

function endingRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.delete(`${path}/:key_id`, {
    config: permission('cardea.api_key:revoke', { recent: true }),
    schema: {
      tags,
      operationId: 'revokeApiKey',
      summary: 'Revoke an API key, whosever it is',
      params: Type.Object({ key_id: uuid }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await revokeApiKey(needs.apiKeys, { id: request.params.key_id, userId: null }, byOf(request))
      needs.apiKeys.book.forget()
      return reply.code(204).send(null)
    },
  })
  surface.delete(ofUser, {
    config: permission('cardea.api_key:revoke', { of: 'user_id', recent: true }),
    schema: {
      tags,
      operationId: 'revokeUserApiKeys',
      summary: 'Revoke every API key of a user',
      params: UserPath,
      response: { 200: Revoked, ...problems },
    },
    handler: async (request) => {
      const { id } = await userOf(needs, request.params.user_id)
      const revoked = await revokeApiKeysOf(needs.apiKeys, id, byOf(request))
      needs.apiKeys.book.forget()
      return { revoked }
    },
  })
}

async function pageFor(
  needs: AdminNeeds,
  { expired, last_used_before: unused, ...query }: Static<typeof UserQuery>,
  user: string | null,
): Promise<ListPage<Static<typeof KeyBody>>> {
  const { limit, after } = pageOf(query, Place)
  const wish = {
    userId: user === null ? null : userIdOf(user),
    ended: expired ?? null,
    unusedSince: unused === undefined ? null : new Date(unused),
    before: after?.[0] ?? null,
    limit: limit + 1,
  }
  const { clock } = needs
  const keys = await needs.reads((db) => searchApiKeys({ db, clock }, wish))
  const { items, next } = pageFrom(keys, limit, ({ id }) => [id])
  const now = clock.now()
  return { items: items.map((key) => keyBody(key, now)), next }
}

function keyBody(key: ApiKey, now: Date): Static<typeof KeyBody> {
  return { ...apiKeyBody(key, now), user_id: key.userId }
}
