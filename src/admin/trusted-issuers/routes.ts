import { type Static, Type } from 'typebox'
import { basedOn, byOf, needs as permission, problems, tagged } from '../../account/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import type { TrustedIssuer } from '../../oauth/index.ts'
import {
  changeIssuer,
  distrustIssuer,
  findIssuer,
  listIssuers,
  TrustedIssuerInput,
  trustedIssuerInput,
  trustIssuer,
} from '../../oauth/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'

const tags = ['admin']
const path = '/api/v1/admin/trusted-issuers'
const uuid = Type.String({ format: 'uuid' })
const time = Type.String({ format: 'date-time' })
const Params = Type.Object({ issuer_id: uuid })
const Key = Type.Tuple([uuid])

const trusted = {
  issuer: 'https://login.partner.example.com',
  algorithms: ['ES256'],
  audiences: [],
  subject: 'email',
  client_ids: ['c_Zk3rT0b5mR8sQ1x7vW2y4A'],
  scopes: ['invoices:read'],
  second_factor_acr_values: [],
  enabled: true,
}
const IssuerBody = Type.Object(
  { id: uuid, ...TrustedIssuerInput.properties, created_at: time, updated_at: time },
  {
    title: 'TrustedIssuer',
    examples: [
      {
        id: '01960d2c-7c00-7000-8000-0000000000c1',
        ...trusted,
        created_at: '2026-11-25T09:30:00.000Z',
        updated_at: '2026-11-25T09:30:00.000Z',
      },
    ],
  },
)
const NewBody = Type.Object(TrustedIssuerInput.properties, {
  title: 'NewTrustedIssuer',
  additionalProperties: false,
  examples: [trusted],
})
const { issuer: _issuer, ...changeable } = TrustedIssuerInput.properties
/** RFC 7396: null takes a member away. */
const PatchBody = Type.Object(
  Object.fromEntries(
    Object.entries(changeable).map(([name, schema]) => [
      name,
      Type.Optional(Type.Union([schema, Type.Null()])),
    ]),
  ),
  {
    title: 'TrustedIssuerPatch',
    additionalProperties: false,
    minProperties: 1,
    examples: [{ enabled: false }],
  },
)
const ListQuery = Type.Object(pageQuery, { additionalProperties: false })

/** The issuers by whose assertions clients get tokens (RFC 7523 section 2.1, RFC 8693 with a JWT). */
export function trustedIssuerRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.trusted_issuer:read'),
    schema: {
      tags,
      operationId: 'listTrustedIssuers',
      summary: 'The issuers whose assertions are believed, the youngest first',
      querystring: ListQuery,
      response: { 200: pageBody(IssuerBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after: [after] = [] } = pageOf(request.query, Key)
      const rows = await listIssuers(needs.db, { after, limit: limit + 1 })
      const { items, next } = pageFrom(rows, limit, ({ id }) => [id])
      return sendPage(request, reply, { items: items.map(issuerBody), next })
    },
  })
  surface.post(path, {
    config: { ...permission('cardea.trusted_issuer:manage', { recent: true }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'createTrustedIssuer',
      summary: 'Believe the assertions of an issuer',
      description:
        'Whoever has its keys can then speak for every person that it may name, to the clients that are allowed here.',
      body: NewBody,
      response: { 201: IssuerBody, ...problems },
    },
    handler: async (request, reply) =>
      send(reply.code(201), await trustIssuer(needs, request.body, byOf(request))),
  })
  oneRoutes(surface, needs)
}

function oneRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = `${path}/:issuer_id`
  const manage = permission('cardea.trusted_issuer:manage', { of: 'issuer_id', recent: true })
  surface.get(one, {
    config: {
      ...permission('cardea.trusted_issuer:read', { of: 'issuer_id' }),
      etag: 'shown',
    },
    schema: {
      tags,
      operationId: 'getTrustedIssuer',
      summary: 'One trusted issuer; the ETag is its version',
      params: Params,
      response: { 200: IssuerBody, ...problems },
    },
    handler: async (request, reply) =>
      send(reply, await findIssuer(needs, request.params.issuer_id)),
  })
  surface.patch(one, {
    config: { ...manage, etag: 'asked' },
    schema: {
      tags,
      operationId: 'updateTrustedIssuer',
      summary: 'Change what is believed: a member that is null gets its default (RFC 7396)',
      params: Params,
      body: PatchBody,
      response: { 200: IssuerBody, ...problems },
    },
    handler: async (request, reply) => {
      const change = { patch: request.body, basedOn: basedOn(request), by: byOf(request) }
      return send(reply, await changeIssuer(needs, request.params.issuer_id, change))
    },
  })
  surface.delete(one, {
    config: manage,
    schema: {
      tags,
      operationId: 'deleteTrustedIssuer',
      summary: 'Believe an issuer no more; tokens by its assertions live on until they expire',
      params: Params,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await distrustIssuer(needs, request.params.issuer_id, byOf(request))
      return reply.code(204).send(null)
    },
  })
}

function send(reply: Reply, trust: TrustedIssuer): Reply {
  return tagged(reply, trust).send(issuerBody(trust))
}

function issuerBody(trust: TrustedIssuer): Static<typeof IssuerBody> {
  return {
    id: trust.id,
    ...trustedIssuerInput(trust),
    created_at: trust.createdAt.toISOString(),
    updated_at: trust.updatedAt.toISOString(),
  }
}
