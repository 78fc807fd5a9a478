import { Type } from 'typebox'
import { needs as permission, problems, SessionBody, sessionBody } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { Places } from '../../session/index.ts'
import { endOneSession, listSessions } from '../../session/index.ts'
import { actOn, userIdOf, userOf } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'

type Needs = AdminNeeds & { readonly places: Places }

const tags = ['admin']
const path = '/api/v1/admin/users/:user_id/sessions'
const Params = Type.Object({ user_id: Type.String({ format: 'uuid' }) })
const OneParams = Type.Object({
  user_id: Type.String({ format: 'uuid' }),
  session_id: Type.String({ format: 'uuid' }),
})

const example = {
  id: '01960d2c-7c00-7000-8000-0000000000bb',
  current: false,
  kind: 'browser',
  browser: 'Firefox',
  system: 'Linux',
  device: 'desktop',
  ip: '192.0.2.7',
  place: 'Oslo, Norway',
  created_at: '2026-03-01T12:34:00.000Z',
  last_seen_at: '2026-03-01T12:50:00.000Z',
  expires_at: '2026-03-08T12:34:00.000Z',
  auth_time: '2026-03-01T12:34:00.000Z',
  remembered: true,
  impersonated: false,
}
const UserSessions = Type.Object(
  { sessions: Type.Array(SessionBody) },
  { examples: [{ sessions: [example] }] },
)

/** Where somebody is signed in, for who looks after them. */
export function userSessionRoutes(surface: Surface, needs: Needs): void {
  surface.get(path, {
    config: permission('cardea.session:read', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'listUserSessions',
      summary: 'Where a user is signed in, the session used last first; 200 at most',
      params: Params,
      response: { 200: UserSessions, ...problems },
    },
    handler: async (request) => {
      const { id } = await userOf(needs, request.params.user_id)
      const sessions = await needs.reads((db) => listSessions({ ...needs, db }, id))
      return {
        sessions: await Promise.all(
          sessions.map((session) => sessionBody(needs.places, session, undefined)),
        ),
      }
    },
  })
  surface.delete(`${path}/:session_id`, {
    config: permission('cardea.session:end', { of: 'user_id', recent: true }),
    schema: {
      tags,
      operationId: 'endUserSession',
      summary: 'End one session of a user',
      params: OneParams,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user_id: user, session_id: id } = request.params
      const { by } = await actOn(needs, request, user)
      await endOneSession(needs, { userId: userIdOf(user), id, ...by })
      return reply.code(204).send(null)
    },
  })
}
