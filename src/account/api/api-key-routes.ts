import { type Static, Type } from 'typebox'
import type { ApiKey } from '../../api-keys/index.ts'
import {
  apiKeyState,
  createApiKey,
  listApiKeysOf,
  revokeApiKey,
  revokeApiKeysOf,
} from '../../api-keys/index.ts'
import type { Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { AccountNeeds } from '../needs.ts'
import { freshPrincipalOf, principalOf } from '../principal.ts'
import { problems } from './schemas.ts'

const tags = ['account']
const path = '/api/v1/users/me/api-keys'
const time = Type.String({ format: 'date-time' })
const KeyPath = Type.Object({ key_id: Type.String({ format: 'uuid' }) })

export const apiKeyExample = {
  id: '01960d2c-7c00-7000-8000-000000000001',
  name: 'Nightly backup',
  start: 'cardea_pat_4Qd0',
  scopes: ['document:read'],
  state: 'active',
  created_at: '2026-11-24T20:15:00.000Z',
  expires_at: '2027-02-22T20:15:00.000Z',
  last_used_at: '2026-11-25T02:00:00.000Z',
  last_ip: '192.0.2.7',
} as const

export const ApiKeyBody = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    start: Type.String({ description: 'The first characters of the key, to tell keys apart' }),
    scopes: Type.Array(Type.String(), { description: 'Permissions that it may use' }),
    state: Type.Enum(['active', 'expired', 'revoked']),
    created_at: time,
    expires_at: time,
    last_used_at: Type.Union([time, Type.Null()], { description: 'To the minute' }),
    last_ip: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'ApiKey', examples: [apiKeyExample] },
)

const NewKeyBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: 'At most 64 characters' }),
    scopes: Type.Array(Type.String({ maxLength: 210 }), {
      minItems: 1,
      maxItems: 50,
      description: 'Permissions, `resource:action` with `*` for any',
    }),
    expires_at: Type.Optional(Type.String({ format: 'date-time' })),
  },
  {
    title: 'NewApiKey',
    additionalProperties: false,
    examples: [{ name: 'Nightly backup', scopes: ['document:read'] }],
  },
)

const CreatedKey = Type.Object(
  { ...ApiKeyBody.properties, key: Type.String({ description: 'The key itself: shown once' }) },
  {
    title: 'CreatedApiKey',
    examples: [
      {
        ...apiKeyExample,
        last_used_at: null,
        last_ip: null,
        key: 'cardea_pat_4Qd0vKkqs6e1gB3Nf2yXU7mTzHc9LwJpRaYxE5oD8iGtC2nZ',
      },
    ],
  },
)
const KeyList = Type.Object(
  { items: Type.Array(ApiKeyBody) },
  {
    title: 'ApiKeyList',
    examples: [{ items: [apiKeyExample] }],
  },
)
const Revoked = Type.Object(
  { revoked: Type.Integer({ description: 'How many keys that were' }) },
  { title: 'RevokedApiKeys', examples: [{ revoked: 3 }] },
)

/** What a person does with their own keys; a key does none of it. */
export function apiKeyRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.get(path, {
    schema: {
      tags,
      operationId: 'listMyApiKeys',
      summary: 'The API keys of the caller, without the keys themselves',
      response: { 200: KeyList, ...problems },
    },
    handler: async (request) => {
      const { user } = await principalOf(needs, request)
      const now = needs.clock.now()
      const keys = await listApiKeysOf(needs.apiKeys, user.id)
      return { items: keys.map((key) => apiKeyBody(key, now)) }
    },
  })
  surface.post(path, {
    schema: {
      tags,
      operationId: 'createMyApiKey',
      summary: 'Make an API key, which is shown once; needs a recent sign-in',
      body: NewKeyBody,
      response: { 201: CreatedKey, ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await freshPrincipalOf(needs, request)
      const { name, scopes, expires_at: end } = request.body
      const expiresAt = end === undefined ? undefined : new Date(end)
      const by = { user, origin: originOf(request) }
      const { key, text } = await createApiKey(needs.apiKeys, by, { name, scopes, expiresAt })
      return reply.code(201).send({ ...apiKeyBody(key, needs.clock.now()), key: text })
    },
  })
  endingRoutes(surface, needs)
}

function endingRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.delete(path, {
    schema: {
      tags,
      operationId: 'revokeMyApiKeys',
      summary: 'Revoke every API key of the caller',
      response: { 200: Revoked, ...problems },
    },
    handler: async (request) => {
      const { user } = await principalOf(needs, request)
      const by = { actor: `user:${user.id}`, origin: originOf(request) }
      const revoked = await revokeApiKeysOf(needs.apiKeys, user.id, by)
      needs.apiKeys.book.forget()
      return { revoked }
    },
  })
  surface.delete(`${path}/:key_id`, {
    schema: {
      tags,
      operationId: 'revokeMyApiKey',
      summary: 'Revoke an API key of the caller',
      params: KeyPath,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await principalOf(needs, request)
      const by = { actor: `user:${user.id}`, origin: originOf(request) }
      await revokeApiKey(needs.apiKeys, { id: request.params.key_id, userId: user.id }, by)
      needs.apiKeys.book.forget()
      return reply.code(204).send(null)
    },
  })
}

export function apiKeyBody(key: ApiKey, now: Date): Static<typeof ApiKeyBody> {
  return {
    id: key.id,
    name: key.name,
    start: key.start,
    scopes: [...key.scopes],
    state: apiKeyState(key, now),
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    last_ip: key.lastIp,
  }
}
