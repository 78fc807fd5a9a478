import { Type } from 'typebox'
import type { Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { provePassword, puzzleFor } from '../../login/index.ts'
import { passwordProof } from '../../mfa/index.ts'
import { signOut } from '../../session/index.ts'
import { accountFailures } from '../failures.ts'
import type { AccountNeeds } from '../needs.ts'
import { principalOf } from '../principal.ts'
import { refreshApiSession } from './api-session.ts'
import { PendingSignIn } from './mfa/schemas.ts'
import { Challenge, LoginBody, problems, RefreshBody, Tokens } from './schemas.ts'
import { letIn } from './second-step/let-in.ts'

const tags = ['account']

export function authRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post('/api/v1/auth/login', {
    schema: {
      tags,
      operationId: 'login',
      summary: 'Sign in with a password and get tokens for this API',
      description: '202 means that a second factor is missing, or must be set up first.',
      security: [],
      body: LoginBody,
      response: { 200: Tokens, 202: PendingSignIn, ...problems },
    },
    handler: async (request, reply) => {
      const { identifier, password } = request.body
      const origin = originOf(request)
      const judgement = await provePassword(needs, { request, reply }, { identifier, password })
      if (!judgement.ok) {
        throw judgement.left ? accountFailures.deactivated() : accountFailures.credentials()
      }
      const proved = passwordProof(needs.clock)
      const entry = await letIn(needs, { person: judgement.user, proved, origin })
      return 'mfa_token' in entry ? reply.code(202).send(entry) : reply.code(200).send(entry)
    },
  })
  surface.get('/api/v1/auth/challenge', {
    schema: {
      tags,
      operationId: 'getChallenge',
      summary: 'The proof of work that sign-in, registration and recovery ask for now, if any',
      description: 'The answer goes into the header Cardea-Challenge-Answer, once.',
      security: [],
      response: { 200: Challenge, ...problems },
    },
    handler: async (request) => {
      const puzzle = await puzzleFor(needs, request)
      return { required: puzzle !== undefined, ...(puzzle && { challenge: puzzle.challenge }) }
    },
  })
  tokenRoutes(surface, needs)
}

function tokenRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post('/api/v1/auth/refresh', {
    schema: {
      tags,
      operationId: 'refresh',
      summary: 'Exchange a refresh token of this API for new tokens',
      security: [],
      body: RefreshBody,
      response: { 200: Tokens, ...problems },
    },
    handler: (request) => refreshApiSession(needs, request.body.refresh_token),
  })
  surface.post('/api/v1/auth/logout', {
    schema: {
      tags,
      operationId: 'logout',
      summary: 'End the session of this request and its tokens',
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { sessionId: id, user } = await principalOf(needs, request)
      await signOut(needs, { id, userId: user.id }, originOf(request))
      return reply.code(204).send(null)
    },
  })
}
