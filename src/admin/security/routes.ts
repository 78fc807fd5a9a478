import { type Static, Type } from 'typebox'
import { byOf, needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { SecurityEvent } from '../../monitor/index.ts'
import {
  acknowledge,
  eventJson,
  findSecurityEvent,
  listSecurityEvents,
  monitorFailures,
} from '../../monitor/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import { EventBody, filterOf, filterQuery, NoteBody } from './schemas.ts'

const tags = ['security']
const path = '/api/v1/admin/security-events'
const closed = { additionalProperties: false }
const ById = Type.Object({ event_id: Type.String({ format: 'uuid' }) })
const Key = Type.Tuple([
  Type.Integer({ minimum: 0, maximum: 8.64e15 }),
  Type.String({ format: 'uuid' }),
])

/** What the monitor has found, and who looks after it. */
export function securityEventRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.security:read'),
    schema: {
      tags,
      operationId: 'listSecurityEvents',
      summary: 'Security events, newest first',
      querystring: Type.Object({ ...pageQuery, ...filterQuery }, closed),
      response: { 200: pageBody(EventBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, Key)
      const place = after && { at: new Date(after[0]), id: after[1] }
      const filter = filterOf(request.query)
      const wish = { filter, limit: limit + 1, ...(place && { after: place }) }
      const found = await needs.reads((db) => listSecurityEvents(db, wish))
      const page = pageFrom(found, limit, ({ firstSeen, id }) => [firstSeen.getTime(), id])
      return sendPage(request, reply, { ...page, items: page.items.map(eventBody) })
    },
  })
  surface.get(`${path}/:event_id`, {
    config: permission('cardea.security:read'),
    schema: {
      tags,
      operationId: 'getSecurityEvent',
      summary: 'One security event',
      params: ById,
      response: { 200: EventBody, ...problems },
    },
    handler: async (request) => {
      const event = await findSecurityEvent(needs.db, request.params.event_id)
      if (event === undefined) throw monitorFailures.unknown_event()
      return eventBody(event)
    },
  })
  surface.post(`${path}/:event_id/acknowledge`, {
    config: permission('cardea.security:manage'),
    schema: {
      tags,
      operationId: 'acknowledgeSecurityEvent',
      summary: 'Say that you look after an event; 409 when somebody does already',
      params: ById,
      body: NoteBody,
      response: { 200: EventBody, ...problems },
    },
    handler: async (request) => {
      const { note = null } = request.body
      const id = request.params.event_id
      return eventBody(await acknowledge(needs, { id, note, ...byOf(request) }))
    },
  })
}

function eventBody(event: SecurityEvent): Static<typeof EventBody> {
  return { ...eventJson(event), details: { ...event.details } }
}
