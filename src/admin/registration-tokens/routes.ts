import { type Static, Type } from 'typebox'
import { byOf, needs as permission, problems } from '../../account/index.ts'
import { ClientInput } from '../../clients/index.ts'
import type { Surface } from '../../http/index.ts'
import type { InitialAccessToken } from '../../oauth/index.ts'
import {
  createInitialAccessToken,
  listInitialAccessTokens,
  revokeInitialAccessToken,
} from '../../oauth/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'

const tags = ['admin']
const path = '/api/v1/admin/registration-tokens'
const uuid = Type.String({ format: 'uuid' })
const time = Type.String({ format: 'date-time' })
const Key = Type.Tuple([uuid])
const scope = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$',
})
const { grant_types: GrantTypes } = ClientInput.properties

const example = {
  name: 'Partner onboarding',
  uses: 5,
  scopes: ['openid', 'profile'],
  grant_types: ['authorization_code', 'refresh_token'],
}
const limits = {
  scopes: Type.Optional(
    Type.Array(scope, {
      maxItems: 100,
      uniqueItems: true,
      description: 'The most that the clients may ask for; default the setting',
    }),
  ),
  grant_types: GrantTypes,
}
const NewToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: 'Whom it was given to' }),
    uses: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: 'Clients; default 1' }),
    ),
    lifetime: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 31_536_000, description: 'Seconds; default a day' }),
    ),
    ...limits,
  },
  {
    title: 'NewRegistrationToken',
    additionalProperties: false,
    examples: [{ ...example, lifetime: 86_400 }],
  },
)
const shown = {
  id: uuid,
  name: Type.String(),
  uses: Type.Integer(),
  used: Type.Integer({ description: 'How many clients were registered with it' }),
  ...limits,
  created_by: Type.String(),
  created_at: time,
  expires_at: time,
}
const shownExample = {
  id: '01960d2c-7c00-7000-8000-0000000000c5',
  ...example,
  used: 1,
  created_by: 'user:01960d2c-7c00-7000-8000-0000000000aa',
  created_at: '2026-11-25T09:30:00.000Z',
  expires_at: '2026-11-26T09:30:00.000Z',
}
const TokenBody = Type.Object(shown, { title: 'RegistrationToken', examples: [shownExample] })
const Made = Type.Object(
  { ...shown, token: Type.String({ description: 'Shown once' }) },
  {
    title: 'MadeRegistrationToken',
    examples: [{ ...shownExample, token: 'cit_0Yw8Qm5cT1nXb7Lr0KpVdZs6HfJ2gAeU9iOoRtE4uNw' }],
  },
)
const ListQuery = Type.Object(pageQuery, { additionalProperties: false })

/** Initial access tokens (RFC 7591 section 1.2): who has one may register clients. */
export function registrationTokenRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.registration_token:read'),
    schema: {
      tags,
      operationId: 'listRegistrationTokens',
      summary: 'Initial access tokens, the youngest first; never the tokens themselves',
      querystring: ListQuery,
      response: { 200: pageBody(TokenBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after: [before = null] = [] } = pageOf(request.query, Key)
      const rows = await listInitialAccessTokens(needs, { before, limit: limit + 1 })
      const { items, next } = pageFrom(rows, limit, ({ id }) => [id])
      return sendPage(request, reply, { items: items.map(tokenBody), next })
    },
  })
  surface.post(path, {
    config: permission('cardea.registration_token:create', { recent: true }),
    schema: {
      tags,
      operationId: 'createRegistrationToken',
      summary: 'Make a token with which clients register themselves; it is shown once',
      body: NewToken,
      response: { 201: Made, ...problems },
    },
    handler: async (request, reply) => {
      const { name, uses = 1, lifetime = 86_400, scopes, grant_types: grants } = request.body
      const wanted = { name, uses, lifetime, scopes: scopes ?? null, grantTypes: grants ?? null }
      const { token, text } = await createInitialAccessToken(needs, wanted, byOf(request))
      return reply.code(201).send({ ...tokenBody(token), token: text })
    },
  })
  surface.delete(`${path}/:token_id`, {
    config: permission('cardea.registration_token:revoke', { recent: true }),
    schema: {
      tags,
      operationId: 'revokeRegistrationToken',
      summary: 'End a token; clients that were registered with it stay',
      params: Type.Object({ token_id: uuid }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await revokeInitialAccessToken(needs, request.params.token_id, byOf(request))
      return reply.code(204).send(null)
    },
  })
}

function tokenBody(token: InitialAccessToken): Static<typeof TokenBody> {
  const { scopes, grantTypes, createdBy, createdAt, expiresAt, ...rest } = token
  return {
    ...rest,
    ...(scopes && { scopes: [...scopes] }),
    ...(grantTypes && { grant_types: [...grantTypes] }),
    created_by: createdBy,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  }
}
