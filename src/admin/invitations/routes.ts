import { type Static, Type } from 'typebox'
import type { Caller } from '../../account/index.ts'
import { callerOf, needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { Invitation } from '../../identity/index.ts'
import {
  identityFailures,
  invite,
  listInvitations,
  revokeInvitation,
} from '../../identity/index.ts'
import { act } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'

const tags = ['admin']
const path = '/api/v1/admin/invitations'
const Params = Type.Object({ invitation_id: Type.String({ format: 'uuid' }) })

const InviteBody = Type.Object(
  {
    email: Type.String({ minLength: 3, maxLength: 320 }),
    locale: Type.Optional(Type.String({ maxLength: 35, description: 'Language of the mail' })),
  },
  { additionalProperties: false },
)

const InvitationBody = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    email: Type.String(),
    invited_by: Type.String(),
    created_at: Type.String({ format: 'date-time' }),
    expires_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Invitation' },
)

export function invitationRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.post(path, {
    config: permission('cardea.user:invite'),
    schema: {
      tags,
      operationId: 'createInvitation',
      summary: 'Invite an address by a mail with a link that works once',
      body: InviteBody,
      response: { 201: InvitationBody, ...problems },
    },
    handler: async (request, reply) => {
      const { visitor, by } = act(needs, request)
      const { email, locale: asked = visitor.locale } = request.body
      const inviter = nameOf(callerOf(request))
      const invitation = await invite(needs, { email, inviter, locale: asked }, by)
      return reply.code(201).send(invitationBody(invitation))
    },
  })
  surface.get(path, {
    config: permission('cardea.user:invite'),
    schema: {
      tags,
      operationId: 'listInvitations',
      summary: 'Invitations that wait for an answer, the newest 200',
      response: { 200: Type.Object({ invitations: Type.Array(InvitationBody) }), ...problems },
    },
    handler: async () => {
      return { invitations: (await listInvitations(needs)).map(invitationBody) }
    },
  })
  surface.delete(`${path}/:invitation_id`, {
    config: permission('cardea.user:invite'),
    schema: {
      tags,
      operationId: 'revokeInvitation',
      summary: 'Take an invitation back',
      params: Params,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { by } = act(needs, request)
      const { invitation_id: id } = request.params
      if (!(await revokeInvitation(needs, id, by))) throw identityFailures.unknown_invitation()
      return reply.code(204).send(null)
    },
  })
}

function invitationBody(invitation: Invitation): Static<typeof InvitationBody> {
  return {
    id: invitation.id,
    email: invitation.email,
    invited_by: invitation.invitedBy,
    created_at: invitation.createdAt.toISOString(),
    expires_at: invitation.expiresAt.toISOString(),
  }
}

/** Who invites, as the letter says it. */
function nameOf(caller: Caller): string {
  if (caller.kind === 'client') return caller.client.name
  return caller.user.profile.name ?? caller.user.username
}
