import { Type } from 'typebox'
import type { Surface } from '../../../http/index.ts'
import { originOf } from '../../../http/index.ts'
import {
  forgetDevices,
  mfaFailures,
  parseFactorKind,
  removeFactor,
  renameFactor,
  renewBackupCodes,
} from '../../../mfa/index.ts'
import { endOtherSessions } from '../../../session/index.ts'
import type { AccountNeeds } from '../../needs.ts'
import { freshPrincipalOf, principalOf } from '../../principal.ts'
import { subjectOf } from '../journey.ts'
import { problems } from '../schemas.ts'
import { readMfa } from './read-mfa.ts'
import { BackupCodes, closed, MfaBody, NameBody } from './schemas.ts'

const tags = ['mfa']
const path = '/api/v1/users/me/mfa'
const FactorPath = Type.Object({
  kind: Type.String({ maxLength: 32 }),
  id: Type.String({ maxLength: 64 }),
})
const RemovalQuery = Type.Object(
  {
    end_other_sessions: Type.Optional(
      Type.Enum(['true', 'false'], { description: 'Whether every other session ends with it' }),
    ),
  },
  closed,
)

/** What a person sees of their own factors and does to them. */
export function factorRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.get(path, {
    schema: {
      tags,
      operationId: 'getMyFactors',
      summary: 'The second factors of the caller, and what is asked for',
      response: { 200: MfaBody, ...problems },
    },
    handler: async (request) => readMfa(needs, (await principalOf(needs, request)).user),
  })
  surface.patch(`${path}/factors/:kind/:id`, {
    schema: {
      tags,
      operationId: 'renameMyFactor',
      summary: 'Give a factor another name; needs a recent sign-in at the level of the account',
      params: FactorPath,
      body: NameBody,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const principal = await freshPrincipalOf(needs, request)
      const subject = subjectOf(needs, { request, reply }, principal)
      await renameFactor(needs.mfa, subject, { ...namedIn(request.params), ...request.body })
      return reply.code(204).send(null)
    },
  })
  surface.delete(`${path}/factors/:kind/:id`, {
    schema: {
      tags,
      operationId: 'removeMyFactor',
      summary: 'Remove a factor; the last one stays where one is required',
      params: FactorPath,
      querystring: RemovalQuery,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const principal = await freshPrincipalOf(needs, request)
      const subject = subjectOf(needs, { request, reply }, principal)
      await removeFactor(needs.mfa, subject, namedIn(request.params))
      if (request.query.end_other_sessions === 'true') {
        const { user, sessionId: keep } = principal
        // ASVS 7.4.3
        await endOtherSessions(needs, { userId: user.id, keep, origin: subject.origin })
      }
      return reply.code(204).send(null)
    },
  })
  spareRoutes(surface, needs)
}

function namedIn({ kind: text, id }: { readonly kind: string; readonly id: string }) {
  const kind = parseFactorKind(text)
  if (kind === undefined) throw mfaFailures.unknown_factor()
  return { kind, id }
}

/** What stands in for a factor: backup codes and remembered browsers. */
function spareRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post(`${path}/backup-codes`, {
    schema: {
      tags,
      operationId: 'renewMyBackupCodes',
      summary: 'Get a new set of backup codes; every earlier code is worthless then',
      response: { 200: BackupCodes, ...problems },
    },
    handler: async (request, reply) => {
      const principal = await freshPrincipalOf(needs, request)
      const subject = subjectOf(needs, { request, reply }, principal)
      const { codes, expiresAt } = await renewBackupCodes(needs.mfa, subject)
      return { codes: [...codes], expires_at: expiresAt.toISOString() }
    },
  })
  surface.delete(`${path}/remembered-devices`, {
    schema: {
      tags,
      operationId: 'forgetMyDevices',
      summary: 'Ask for the second factor again in every browser that was remembered',
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await freshPrincipalOf(needs, request)
      await forgetDevices(needs.mfa, {
        person: user,
        actor: `user:${user.id}`,
        origin: originOf(request),
      })
      return reply.code(204).send(null)
    },
  })
}
