import { Type } from 'typebox'
import type { Surface } from '../../../http/index.ts'
import { originOf } from '../../../http/index.ts'
import type { FactorKind } from '../../../mfa/index.ts'
import { combine, levelOf, mfaFailures, situationOf } from '../../../mfa/index.ts'
import { endOtherSessions } from '../../../session/index.ts'
import type { AccountNeeds } from '../../needs.ts'
import type { Principal } from '../../principal.ts'
import { freshPrincipalOf } from '../../principal.ts'
import { subjectOf } from '../journey.ts'
import { renewSession } from '../reauthenticate/renew-session.ts'
import { problems } from '../schemas.ts'
import { confirmEnrolment, offerEnrolment } from './enrolment.ts'
import { allowedKinds, factorBody } from './factor-body.ts'
import { closed, EnrolKind, Enrolled, enrolAnswerMembers, OfferBody } from './schemas.ts'

const tags = ['mfa']
const path = '/api/v1/users/me/mfa/enrolments'
const ConfirmBody = Type.Object(
  {
    ...enrolAnswerMembers,
    end_other_sessions: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether every other session ends with it' }),
    ),
  },
  closed,
)

/** Setting up a factor, for who is signed in. */
export function enrolmentRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post(path, {
    schema: {
      tags,
      operationId: 'beginEnrolment',
      summary: 'Begin to set up a factor; needs a recent sign-in at the level of the account',
      body: Type.Object({ factor: EnrolKind }, closed),
      response: { 201: OfferBody, ...problems },
    },
    handler: async (request, reply) => {
      const { factor } = request.body
      reply.headers(await needs.limits.admit(['login', { ip: originOf(request).ip }]))
      const principal = await freshPrincipalOf(needs, request)
      await requireAllowed(needs, principal, factor)
      const subject = subjectOf(needs, { request, reply }, principal)
      return reply.code(201).send(await offerEnrolment(needs.mfa, subject, factor))
    },
  })
  surface.post(`${path}/confirm`, {
    schema: {
      tags,
      operationId: 'confirmEnrolment',
      summary: 'Set the factor up by proving that it works; backup codes are shown this once',
      body: ConfirmBody,
      response: { 201: Enrolled, ...problems },
    },
    handler: async (request, reply) => {
      const { factor: kind, end_other_sessions: endOthers = false, ...answer } = request.body
      reply.headers(await needs.limits.admit(['login', { ip: originOf(request).ip }]))
      const principal = await freshPrincipalOf(needs, request)
      await requireAllowed(needs, principal, kind)
      const exchange = { request, reply }
      const subject = subjectOf(needs, exchange, principal)
      const { entry, proof, codes } = await confirmEnrolment(needs.mfa, subject, { kind, answer })
      const { user, proved, sessionId } = principal
      // Who has proved one factor gains the second by setting it up, and would be locked out otherwise.
      const keep =
        levelOf(proved.acr) > 1
          ? sessionId
          : await renewSession(needs, exchange, { principal, proved: combine(proved, proof) })
      // ASVS 7.4.3
      const { origin } = subject
      if (endOthers) await endOtherSessions(needs, { userId: user.id, keep, origin })
      return reply.code(201).send({ factor: factorBody(user, entry), ...codes })
    },
  })
}

async function requireAllowed(
  { mfa }: AccountNeeds,
  { user }: Principal,
  kind: FactorKind,
): Promise<void> {
  const { policy } = await situationOf(mfa, user.id)
  const allowed: readonly FactorKind[] = allowedKinds(policy)
  if (!allowed.includes(kind)) throw mfaFailures.not_offered()
}
