import { Type } from 'typebox'
import type { Surface } from '../../http/index.ts'
import { deactivate, scheduleDeletion } from '../../identity/index.ts'
import { exportAccount } from '../export-account.ts'
import type { AccountNeeds } from '../needs.ts'
import { freshPrincipalOf } from '../principal.ts'
import { Deletion, problems } from './schemas.ts'

const tags = ['account']
const path = '/api/v1/users/me'

export function leavingRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.get(`${path}/export`, {
    schema: {
      tags,
      operationId: 'exportMe',
      summary: 'Everything that is stored about the caller',
      response: { 200: Type.Object({}, { additionalProperties: true }), ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await freshPrincipalOf(needs, request)
      reply.header('content-disposition', 'attachment; filename="account.json"')
      return exportAccount(needs, user)
    },
  })
  surface.post(`${path}/deactivate`, {
    schema: {
      tags,
      operationId: 'deactivateMe',
      summary: 'Pause the account; every session ends, and a mailed link brings it back',
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await freshPrincipalOf(needs, request)
      const visitor = needs.visitor(request)
      const by = { actor: `user:${user.id}`, origin: visitor.origin }
      const leave = { userId: user.id, basedOn: 'any', by: 'user' } as const
      await deactivate(needs, leave, { by, visitor })
      return reply.code(204).send(null)
    },
  })
  surface.delete(path, {
    schema: {
      tags,
      operationId: 'deleteMe',
      summary: 'Delete the account after the grace period; every session ends at once',
      response: { 202: Deletion, ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await freshPrincipalOf(needs, request)
      const visitor = needs.visitor(request)
      const by = { actor: `user:${user.id}`, origin: visitor.origin }
      const leave = { userId: user.id, basedOn: 'any', by: 'user' } as const
      const result = await scheduleDeletion(needs, leave, { by, visitor })
      const after = result.deleted === 'now' ? needs.clock.now() : result.after
      return reply.code(202).send({ delete_after: after.toISOString() })
    },
  })
}
