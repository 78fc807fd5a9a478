import { Type } from 'typebox'
import type { Surface } from '../../../http/index.ts'
import { originOf } from '../../../http/index.ts'
import { proveFactor } from '../../../login/index.ts'
import { mfaFailures } from '../../../mfa/index.ts'
import type { AccountNeeds } from '../../needs.ts'
import { challengeFor } from '../mfa/challenge-for.ts'
import { confirmEnrolment, offerEnrolment } from '../mfa/enrolment.ts'
import {
  answerMembers,
  Challenged,
  closed,
  EnrolKind,
  enrolAnswerMembers,
  OfferBody,
  PendingEnrolled,
  PendingSignIn,
  pendingEnrolMembers,
  pendingMembers,
  withBackupCodes,
} from '../mfa/schemas.ts'
import { problems, Tokens } from '../schemas.ts'
import { finishSignIn, pendingSignIn, requireKind } from './pending-sign-in.ts'

const open = { tags: ['mfa'], security: [] }
const path = '/api/v1/auth/mfa'

/** The second step of a sign-in, with the token that the first one gave. */
export function secondStepRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post(`${path}/challenge`, {
    schema: {
      ...open,
      operationId: 'challengeFactor',
      summary: 'Get what a factor needs before it can answer: options for a passkey, a mailed code',
      body: Type.Object(pendingMembers, closed),
      response: { 200: Challenged, ...problems },
    },
    handler: async (request, reply) => {
      const { ip } = originOf(request)
      reply.headers(await needs.limits.admit(['login', { ip }]))
      const { mfa_token: token, factor } = request.body
      const pending = await pendingSignIn(needs, request, token)
      requireKind(pending, 'factor', factor)
      return challengeFor(needs.mfa, pending.subject, factor)
    },
  })
  surface.post(`${path}/verify`, {
    schema: {
      ...open,
      operationId: 'verifyFactor',
      summary: 'Finish a sign-in with its second factor; the token counts once',
      body: Type.Object({ ...pendingMembers, ...answerMembers }, closed),
      response: { 200: Tokens, 202: PendingSignIn, ...problems },
    },
    handler: async (request, reply) => {
      const { mfa_token: token, factor: kind, ...answer } = request.body
      const pending = await pendingSignIn(needs, request, token)
      requireKind(pending, 'factor', kind)
      const attempt = { kind, answer }
      const verdict = await proveFactor(needs, { request, reply }, pending.subject, attempt)
      if (!verdict.ok) throw mfaFailures.wrong_factor()
      const entry = await finishSignIn(needs, pending, verdict.proof)
      return 'mfa_token' in entry ? reply.code(202).send(entry) : reply.code(200).send(entry)
    },
  })
  enrolRoutes(surface, needs)
}

/** For who must have a factor and has none; whoever has one answers with it instead. */
function enrolRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post(`${path}/enrol`, {
    schema: {
      ...open,
      operationId: 'enrolAtSignIn',
      summary: 'Begin to set up the factor that a sign-in waits for',
      body: Type.Object({ ...pendingEnrolMembers, factor: EnrolKind }, closed),
      response: { 200: OfferBody, ...problems },
    },
    handler: async (request, reply) => {
      const { ip } = originOf(request)
      reply.headers(await needs.limits.admit(['login', { ip }]))
      const { mfa_token: token, factor } = request.body
      const pending = await pendingSignIn(needs, request, token)
      requireKind(pending, 'enrol', factor)
      return offerEnrolment(needs.mfa, pending.subject, factor)
    },
  })
  surface.post(`${path}/enrol/confirm`, {
    schema: {
      ...open,
      operationId: 'confirmEnrolmentAtSignIn',
      summary: 'Set up the factor and finish the sign-in; backup codes are shown this once',
      body: Type.Object({ ...pendingEnrolMembers, ...enrolAnswerMembers }, closed),
      response: {
        200: Type.Object({ ...Tokens.properties, ...withBackupCodes }),
        202: PendingEnrolled,
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const { ip } = originOf(request)
      reply.headers(await needs.limits.admit(['login', { ip }]))
      const { mfa_token: token, factor, ...answer } = request.body
      const pending = await pendingSignIn(needs, request, token)
      requireKind(pending, 'enrol', factor)
      const { proof, codes } = await confirmEnrolment(needs.mfa, pending.subject, {
        kind: factor,
        answer,
      })
      const entry = { ...(await finishSignIn(needs, pending, proof)), ...codes }
      return 'mfa_token' in entry ? reply.code(202).send(entry) : reply.code(200).send(entry)
    },
  })
}
