import { type Static, Type } from 'typebox'
import { needs as permission, problems } from '../../account/index.ts'
import type { Request, Surface } from '../../http/index.ts'
import type { Grant } from '../../mfa/index.ts'
import {
  approveEmergency,
  cancelEmergency,
  findEmergency,
  listEmergency,
  mfaFailures,
  requestEmergency,
} from '../../mfa/index.ts'
import type { Acting } from '../acting.ts'
import { actOn, help } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'

const tags = ['admin']
const path = '/api/v1/admin/emergency-access'
const time = Type.String({ format: 'date-time' })
const closed = { additionalProperties: false }
const ById = Type.Object({ id: Type.String({ format: 'uuid' }) })
const ByUser = Type.Object({ user_id: Type.String({ format: 'uuid' }) })

const GrantBody = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    user_id: Type.String({ format: 'uuid' }),
    reason: Type.String(),
    state: Type.Enum(['requested', 'approved', 'used', 'cancelled', 'expired']),
    requested_by: Type.String({ description: 'user:<id>, or system for the command line' }),
    requested_at: time,
    approved_by: Type.Union([Type.String(), Type.Null()]),
    approved_at: Type.Union([time, Type.Null()]),
    expires_at: time,
  },
  { title: 'EmergencyGrant' },
)
const GrantList = Type.Object({ grants: Type.Array(GrantBody) })
const ApprovedBody = Type.Object({
  grant: GrantBody,
  code: Type.String({ description: 'Shown now and never again; tell it to the person' }),
})
const ReasonBody = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 2000, description: 'For the audit log' }),
  },
  closed,
)

/** Break-glass access: one administrator asks, another one approves, the person is told of each step. */
export function emergencyRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.post('/api/v1/admin/users/:user_id/emergency-access', {
    config: permission('cardea.emergency:manage', { recent: true, interactive: true }),
    schema: {
      tags,
      operationId: 'requestEmergencyAccess',
      summary: 'Ask for emergency access for a user who has lost every factor',
      params: ByUser,
      body: ReasonBody,
      response: { 201: GrantBody, ...problems },
    },
    handler: async (request, reply) => {
      const { person, by } = await help(needs, request, request.params.user_id)
      const { reason } = request.body
      const grant = await requestEmergency(needs.mfa, { person, reason, ...by })
      return reply.code(201).send(grantBody(grant))
    },
  })
  surface.get(path, {
    config: permission('cardea.emergency:read'),
    schema: {
      tags,
      operationId: 'listEmergencyAccess',
      summary: 'Emergency accesses of the last year, newest first',
      response: { 200: GrantList, ...problems },
    },
    handler: async () => {
      const grants = await listEmergency(needs.db, needs.clock.now())
      return { grants: grants.map(grantBody) }
    },
  })
  closingRoutes(surface, needs)
}

function closingRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.post(`${path}/:id/approve`, {
    config: permission('cardea.emergency:manage', { recent: true, interactive: true }),
    schema: {
      tags,
      operationId: 'approveEmergencyAccess',
      summary: 'Agree to what another administrator asked for, and get the code',
      params: ById,
      response: { 200: ApprovedBody, ...problems },
    },
    handler: async (request) => {
      const { id } = request.params
      const { by } = await actOnGrant(needs, request, id)
      const { grant, code } = await approveEmergency(needs.mfa, { id, ...by })
      return { grant: grantBody(grant), code }
    },
  })
  surface.delete(`${path}/:id`, {
    config: permission('cardea.emergency:manage', { recent: true, interactive: true }),
    schema: {
      tags,
      operationId: 'cancelEmergencyAccess',
      summary: 'Take an emergency access back that was not used yet',
      params: ById,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const { by } = await actOnGrant(needs, request, id)
      await cancelEmergency(needs.mfa, { id, ...by })
      return reply.code(204).send(null)
    },
  })
}

/** Whoever may not manage a user has no say in that user's emergency access either. */
async function actOnGrant(needs: AdminNeeds, request: Request, id: string): Promise<Acting> {
  const grant = await findEmergency(needs.db, id, needs.clock.now())
  if (grant === undefined) throw mfaFailures.unknown_grant()
  return actOn(needs, request, grant.userId)
}

function grantBody(grant: Grant): Static<typeof GrantBody> {
  return {
    id: grant.id,
    user_id: grant.userId,
    reason: grant.reason,
    state: grant.state,
    requested_by: grant.requestedBy,
    requested_at: grant.requestedAt.toISOString(),
    approved_by: grant.approvedBy,
    approved_at: grant.approvedAt?.toISOString() ?? null,
    expires_at: grant.expiresAt.toISOString(),
  }
}
