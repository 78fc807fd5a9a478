import { Type } from 'typebox'
import type { Cookies, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { Places, SessionLifetimes } from '../../session/index.ts'
import { endOneSession, endOtherSessions, listSessions } from '../../session/index.ts'
import type { AccountNeeds } from '../needs.ts'
import { requireOwnLevel } from '../own-level.ts'
import { freshPrincipalOf, principalOf } from '../principal.ts'
import { problems } from './schemas.ts'
import { SessionBody, sessionBody } from './session-body.ts'

export type SessionRoutesNeeds = AccountNeeds & {
  readonly cookies: Cookies
  readonly lifetimes: SessionLifetimes
  readonly places: Places
}

const tags = ['account']
const path = '/api/v1/users/me/sessions'
const SessionList = Type.Object({ sessions: Type.Array(SessionBody) })
const SessionPath = Type.Object({ id: Type.String({ maxLength: 64 }) })
const Ended = Type.Object({ ended: Type.Integer({ description: 'How many sessions that were' }) })

export function sessionRoutes(surface: Surface, needs: SessionRoutesNeeds): void {
  surface.get(path, {
    schema: {
      tags,
      operationId: 'listMySessions',
      summary: 'Where the caller is signed in',
      response: { 200: SessionList, ...problems },
    },
    handler: async (request) => {
      const { user, sessionId } = await principalOf(needs, request)
      const sessions = await listSessions(needs, user.id)
      return {
        sessions: await Promise.all(
          sessions.map((session) => sessionBody(needs.places, session, sessionId)),
        ),
      }
    },
  })
  endingRoutes(surface, needs)
}

function endingRoutes(surface: Surface, needs: SessionRoutesNeeds): void {
  surface.delete(`${path}/:id`, {
    schema: {
      tags,
      operationId: 'endMySession',
      summary: 'End one session of the caller; for another than the current one sign in freshly',
      params: SessionPath,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const principal = await principalOf(needs, request)
      const { id } = request.params
      const isCurrent = id === principal.sessionId
      if (!isCurrent) await requireOwnLevel(needs, principal.user, principal.proved) // ASVS 7.5.2
      await endOneSession(needs, { userId: principal.user.id, id, origin: originOf(request) })
      if (isCurrent && principal.familyId === undefined) needs.cookies.clearSession(reply)
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/end-others`, {
    schema: {
      tags,
      operationId: 'endMyOtherSessions',
      summary: 'End every session of the caller but this one, with all access that was given',
      response: { 200: Ended, ...problems },
    },
    handler: async (request) => {
      const { user, sessionId: keep } = await freshPrincipalOf(needs, request)
      const origin = originOf(request)
      return { ended: await endOtherSessions(needs, { userId: user.id, keep, origin }) }
    },
  })
}
