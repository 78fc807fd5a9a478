import type { Caller } from '../account/index.ts'
import { findCaller, problems } from '../account/index.ts'
import type { Request, Surface } from '../http/index.ts'
import { httpFailures } from '../http/index.ts'
import type { CallerOf } from './asking.ts'
import { asking, tags } from './asking.ts'
import type { Entities, Evaluation } from './entities.ts'
import { readEvaluation } from './entities.ts'
import { evaluate, evaluateMany } from './evaluate.ts'
import type { EvaluationNeeds } from './needs.ts'
import {
  DecisionAnswer,
  DecisionsAnswer,
  EvaluationBody,
  EvaluationsBody,
  Metadata,
} from './schemas.ts'
import { searchRoutes } from './search-routes.ts'

/** AuthZEN section 10: everything under /access/v1, and what tells of it. */
export function evaluationRoutes(surface: Surface, needs: EvaluationNeeds): void {
  const callerOf = knowCallers(surface, needs)
  surface.post('/access/v1/evaluation', {
    ...asking.evaluate,
    schema: {
      tags,
      operationId: 'evaluateAccess',
      summary: 'Whether somebody may do something to a resource',
      body: EvaluationBody,
      response: { 200: DecisionAnswer, ...problems },
    },
    handler: async (request) => evaluate(needs, callerOf(request), understood(request.body)),
  })
  surface.post('/access/v1/evaluations', {
    ...asking.evaluate,
    schema: {
      tags,
      operationId: 'evaluateAccesses',
      summary: 'Many such questions at once',
      body: EvaluationsBody,
      response: { 200: DecisionsAnswer, ...problems },
    },
    handler: async (request) => {
      const caller = callerOf(request)
      const { body } = request
      const { evaluations = [], options } = body
      // AuthZEN section 7.1: without questions in it, the body is a question itself.
      if (evaluations.length === 0) return evaluate(needs, caller, understood(body))
      const semantic = options?.evaluations_semantic ?? 'execute_all'
      const asked = { defaults: body, evaluations, semantic }
      return { evaluations: await evaluateMany(needs, caller, asked) }
    },
  })
  searchRoutes(surface, needs, callerOf)
  describeItself(surface, needs.issuer)
}

/** Finds out who asks before the body is read, and gives every answer the id of its question. */
function knowCallers(surface: Surface, needs: EvaluationNeeds): CallerOf {
  const callers = new WeakMap<Request, Caller>()
  surface.addHook('onRequest', async (request, reply) => {
    // AuthZEN section 10.1.3; what is not ASCII would come back as something else.
    const id = request.headers['x-request-id']
    if (typeof id === 'string' && /^[\x20-\x7e]+$/.test(id)) reply.header('x-request-id', id)
    if (request.routeOptions.config.access === undefined) return
    callers.set(request, await findCaller(needs, request))
  })
  // AuthZEN section 10.1.2 knows 400 for all that cannot be understood.
  surface.addContentTypeParser('*', (_request, _body, done) => done(httpFailures.malformed()))
  return (request) => {
    const caller = callers.get(request)
    if (caller === undefined) throw new Error('nobody was asked who they are')
    return caller
  }
}

function understood(body: Entities): Evaluation {
  const read = readEvaluation(body)
  if (read.ok) return read.evaluation
  throw httpFailures.invalid_body({ members: [...read.wrong] })
}

/** AuthZEN section 9. */
function describeItself(surface: Surface, issuer: string): void {
  const metadata: Metadata = {
    policy_decision_point: issuer,
    access_evaluation_endpoint: `${issuer}/access/v1/evaluation`,
    access_evaluations_endpoint: `${issuer}/access/v1/evaluations`,
    search_subject_endpoint: `${issuer}/access/v1/search/subject`,
    search_resource_endpoint: `${issuer}/access/v1/search/resource`,
    search_action_endpoint: `${issuer}/access/v1/search/action`,
  }
  surface.get('/.well-known/authzen-configuration', {
    schema: {
      tags,
      operationId: 'getDecisionPointMetadata',
      summary: 'Where decisions are asked for (AuthZEN section 9)',
      response: { 200: Metadata },
    },
    handler: async () => metadata,
  })
}
