import { type Static, Type } from 'typebox'
import { callerOf, needs as permission, problems } from '../../account/index.ts'
import type { Clock } from '../../base/index.ts'
import type { Surface } from '../../http/index.ts'
import type { Impersonation } from '../../session/index.ts'
import {
  endImpersonation,
  impersonationState,
  listImpersonations,
  listImpersonationsOf,
  prepareImpersonation,
} from '../../session/index.ts'
import { act, help, userIdOf } from '../acting.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'

type Needs = AdminNeeds & { readonly impersonation: boolean }

const tags = ['admin']
const path = '/api/v1/admin/impersonations'
const closed = { additionalProperties: false }
const uuid = Type.String({ format: 'uuid' })
const time = Type.String({ format: 'date-time' })
const timeOrNull = Type.Union([time, Type.Null()])

const NewBody = Type.Object(
  {
    reason: Type.String({
      minLength: 3,
      maxLength: 500,
      description: 'The person reads it, and the audit log keeps it',
    }),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, default: 15 })),
  },
  { ...closed, examples: [{ reason: 'Ticket 4711: the profile looks wrong', minutes: 10 }] },
)

const example = {
  id: '01960d2c-7c00-7000-8000-0000000000dd',
  admin_id: '01960d2c-7c00-7000-8000-0000000000aa',
  admin_name: 'Ada Lovelace',
  user_id: '01960d2c-7c00-7000-8000-0000000000bb',
  reason: 'Ticket 4711: the profile looks wrong',
  minutes: 10,
  state: 'waiting',
  created_at: '2026-03-01T12:34:00.000Z',
  started_at: null,
  ends_at: null,
  ended_at: null,
}
const members = {
  id: uuid,
  admin_id: uuid,
  admin_name: Type.String(),
  user_id: uuid,
  reason: Type.String(),
  minutes: Type.Integer(),
  state: Type.Enum(['waiting', 'running', 'over']),
  created_at: time,
  started_at: timeOrNull,
  ends_at: timeOrNull,
  ended_at: timeOrNull,
}
const ImpersonationBody = Type.Object(members)
const Prepared = Type.Object(
  {
    ...members,
    link: Type.String({ description: 'To be opened in a browser, once, by who asked for it' }),
    link_until: time,
  },
  {
    examples: [
      {
        ...example,
        link: 'https://id.example.com/impersonation?token=...',
        link_until: '2026-03-01T12:35:00.000Z',
      },
    ],
  },
)
const ImpersonationPage = pageBody(ImpersonationBody, {
  examples: [{ items: [example], next: null }],
})
const ListQuery = Type.Object({ ...pageQuery, user_id: Type.Optional(uuid) }, closed)
const Cursor = Type.Tuple([uuid])

export function impersonationAdminRoutes(surface: Surface, needs: Needs): void {
  prepareRoute(surface, needs)
  surface.get(path, {
    config: permission('cardea.user:impersonate'),
    schema: {
      tags,
      operationId: 'listImpersonations',
      summary: 'Who saw the account of whom in the last year, and why, the youngest first',
      querystring: ListQuery,
      response: { 200: ImpersonationPage, ...problems },
    },
    handler: async (request, reply) => {
      const { user_id: user } = request.query
      const { limit, after } = pageOf(request.query, Cursor)
      const rows = await needs.reads((db) =>
        user === undefined
          ? listImpersonations(db, after?.[0], limit + 1)
          : listImpersonationsOf(db, userIdOf(user), after?.[0], limit + 1),
      )
      const page = pageFrom(rows, limit, ({ id }) => [id])
      const items = page.items.map((item) => impersonationBody(needs, item))
      return sendPage(request, reply, { ...page, items })
    },
  })
  surface.post(`${path}/:impersonation_id/end`, {
    config: permission('cardea.session:end'),
    schema: {
      tags,
      operationId: 'endImpersonation',
      summary: 'End it at once: the link opens nothing more, or the session is over',
      params: Type.Object({ impersonation_id: uuid }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { by } = act(needs, request)
      await endImpersonation(needs, request.params.impersonation_id, by)
      return reply.code(204).send(null)
    },
  })
}

function prepareRoute(surface: Surface, needs: Needs): void {
  surface.post('/api/v1/admin/users/:user_id/impersonate', {
    // The link works once: it is not said again.
    config: {
      ...permission('cardea.user:impersonate', { of: 'user_id', recent: true, interactive: true }),
      idempotency: false,
    },
    schema: {
      tags,
      operationId: 'impersonateUser',
      summary:
        'A link that shows the account as its person sees it, for a while; CARDEA_ADMIN_IMPERSONATION must be on',
      params: Type.Object({ user_id: uuid }),
      body: NewBody,
      response: { 201: Prepared, ...problems },
    },
    handler: async (request, reply) => {
      if (!needs.impersonation) throw adminFailures.impersonation_off()
      const { person, by } = await help(needs, request, request.params.user_id)
      if (!person.isActive) throw adminFailures.not_active()
      const caller = callerOf(request)
      if (caller.kind !== 'user') throw adminFailures.impersonation_off()
      const { user } = caller
      const { reason, minutes = 15 } = request.body
      const admin = { id: user.id, name: user.profile.name ?? user.username }
      const asked = { admin, userId: person.id, reason, minutes }
      const { impersonation, token } = await prepareImpersonation(needs, asked, by)
      return reply.code(201).send({
        ...impersonationBody(needs, impersonation),
        link: `${needs.issuer}/impersonation?token=${token}`,
        link_until: impersonation.linkUntil.toISOString(),
      })
    },
  })
}

function impersonationBody(
  { clock }: { readonly clock: Clock },
  impersonation: Impersonation,
): Static<typeof ImpersonationBody> {
  const { id, adminId, adminName, userId, reason, minutes } = impersonation
  const { createdAt, startedAt, endsAt, endedAt } = impersonation
  return {
    id,
    admin_id: adminId,
    admin_name: adminName,
    user_id: userId,
    reason,
    minutes,
    state: impersonationState(impersonation, clock.now()),
    created_at: createdAt.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    ends_at: endsAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
  }
}
