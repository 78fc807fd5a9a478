import { type Static, Type } from 'typebox'
import { accessFailures, findGroup, isRoleName } from '../../access/index.ts'
import type { Caller } from '../../account/index.ts'
import {
  accountFailures,
  actorOf,
  callerMay,
  callerOf,
  needs as permission,
  problems,
  subjectOf,
} from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import { act, userIdOf } from '../acting.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import { filterMembers, filterOf } from '../users/filter-query.ts'
import type { BulkOperation, OperationName, Requester } from './operation.ts'
import { operationNames, operations } from './operation.ts'
import { cancelOperation, startOperation } from './start-operation.ts'
import { selectOperation, selectOperations } from './store.ts'

const tags = ['admin']
const path = '/api/v1/admin/bulk-operations'
const closed = { additionalProperties: false }
const uuid = Type.String({ format: 'uuid' })
const time = Type.String({ format: 'date-time' })
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])
const Params = Type.Object({ operation_id: uuid })
const Name = Type.Enum(operationNames)

const NewBody = Type.Object(
  {
    operation: Name,
    users: Type.Optional(Type.Array(uuid, { minItems: 1, maxItems: 10_000 })),
    filter: Type.Optional(
      Type.Object(filterMembers, {
        ...closed,
        description: 'Whoever fits, of those who are there when the operation is asked for',
      }),
    ),
    parameters: Type.Optional(
      Type.Object(
        {
          role: Type.Optional(Type.String({ maxLength: 100, description: 'The name of a role' })),
          group: Type.Optional(Type.String({ format: 'uuid', description: 'The id of a group' })),
        },
        closed,
      ),
    ),
  },
  {
    ...closed,
    description: 'Either users or a filter',
    examples: [{ operation: 'deactivate', filter: { q: 'contractor', state: 'active' } }],
  },
)

const example = {
  id: '01960d2c-7c00-7000-8000-0000000000cc',
  operation: 'deactivate',
  parameters: {},
  state: 'running',
  requested_by: 'user:01960d2c-7c00-7000-8000-0000000000aa',
  filter: { q: 'contractor', state: 'active' },
  total: null,
  done: 1200,
  failed: 1,
  errors: [{ user_id: '01960d2c-7c00-7000-8000-0000000000aa', code: 'last_owner' }],
  created_at: '2026-03-01T12:34:00.000Z',
  started_at: '2026-03-01T12:34:01.000Z',
  finished_at: null,
}

const OperationBody = Type.Object(
  {
    id: uuid,
    operation: Name,
    parameters: Type.Object({
      role: Type.Optional(Type.String()),
      group: Type.Optional(Type.String()),
    }),
    state: Type.Enum(['queued', 'running', 'done', 'cancelled', 'failed']),
    requested_by: Type.String(),
    filter: orNull(Type.Object(filterMembers)),
    total: Type.Union([Type.Integer(), Type.Null()], {
      description: 'How many it is about; null for a filter until it is done',
    }),
    done: Type.Integer(),
    failed: Type.Integer(),
    errors: Type.Array(Type.Object({ user_id: uuid, code: Type.String() }), {
      description: 'The first 50, with the code of the problem that the single route answers with',
    }),
    created_at: time,
    started_at: orNull(time),
    finished_at: orNull(time),
  },
  { examples: [example] },
)
const OperationPage = pageBody(OperationBody, { examples: [{ items: [example], next: null }] })
const Cursor = Type.Tuple([uuid])

export function bulkRoutes(surface: Surface, needs: AdminNeeds): void {
  startRoute(surface, needs)
  surface.get(path, {
    config: permission('cardea.bulk:read'),
    schema: {
      tags,
      operationId: 'listBulkOperations',
      summary: 'What was done to many users at once in the last 30 days, the youngest first',
      querystring: Type.Object(pageQuery, closed),
      response: { 200: OperationPage, ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, Cursor)
      const rows = await selectOperations(needs.db, after?.[0], limit + 1)
      const page = pageFrom(rows, limit, ({ id }) => [id])
      return sendPage(request, reply, { ...page, items: page.items.map(operationBody) })
    },
  })
  surface.get(`${path}/:operation_id`, {
    config: permission('cardea.bulk:read'),
    schema: {
      tags,
      operationId: 'getBulkOperation',
      summary: 'How far an operation has come',
      params: Params,
      response: { 200: OperationBody, ...problems },
    },
    handler: async (request) => {
      const found = await selectOperation(needs.db, request.params.operation_id)
      if (found === undefined) throw adminFailures.unknown_operation()
      return operationBody(found)
    },
  })
  surface.post(`${path}/:operation_id/cancel`, {
    config: permission('cardea.bulk:run'),
    schema: {
      tags,
      operationId: 'cancelBulkOperation',
      summary: 'Leave the rest of an operation; what is done stays done',
      params: Params,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await cancelOperation(needs, request.params.operation_id, act(needs, request).by)
      return reply.code(204).send(null)
    },
  })
}

function startRoute(surface: Surface, needs: AdminNeeds): void {
  surface.post(path, {
    config: permission('cardea.bulk:run', { recent: true }),
    // Ten thousand ids.
    bodyLimit: 524_288,
    schema: {
      tags,
      operationId: 'startBulkOperation',
      summary: 'Do something to many users; each change needs the permission of its single route',
      body: NewBody,
      response: { 202: OperationBody, ...problems },
    },
    handler: async (request, reply) => {
      const { operation, users, filter, parameters = {} } = request.body
      if ((users === undefined) === (filter === undefined)) throw adminFailures.whom()
      const caller = callerOf(request)
      const needed = operations[operation]
      if (!(await callerMay(needs.access, caller, needed)))
        throw accountFailures.forbidden({ parameter: needed })
      await requireParameters(needs, operation, parameters)
      const asked = {
        operation,
        parameters,
        users: users?.map(userIdOf) ?? null,
        filter: filter === undefined ? null : filterOf(filter),
      }
      const { by } = act(needs, request)
      const made = await startOperation(needs, asked, { requester: requesterOf(caller), by })
      return reply.code(202).header('location', `${path}/${made.id}`).send(operationBody(made))
    },
  })
}

function requesterOf(caller: Caller): Requester {
  const scopes = caller.kind === 'api_key' ? caller.scopes : null
  return { subject: subjectOf(caller), actor: actorOf(caller), scopes }
}

/** Refuses at once what would fail for everybody. */
async function requireParameters(
  { db }: AdminNeeds,
  operation: OperationName,
  { role, group }: { readonly role?: string; readonly group?: string },
): Promise<void> {
  const needsRole = operation.endsWith('_role')
  const needsGroup = operation.endsWith('_group')
  if (needsRole !== (role !== undefined) || needsGroup !== (group !== undefined))
    throw adminFailures.operation_parameters()
  if (role !== undefined && !isRoleName(role)) throw accessFailures.unknown_role()
  if (group !== undefined && (await findGroup(db, group)) === undefined)
    throw accessFailures.unknown_group()
}

function operationBody(operation: BulkOperation): Static<typeof OperationBody> {
  const { id, operation: name, parameters, state, requestedBy, filter, total } = operation
  const { done, failed, errors, createdAt, startedAt, finishedAt } = operation
  const said = filter && Object.entries(filter).filter(([, value]) => value !== null)
  return {
    id,
    operation: name,
    parameters,
    state,
    requested_by: requestedBy.actor,
    filter: said && Object.fromEntries(said),
    total,
    done,
    failed,
    errors: [...errors],
    created_at: createdAt.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    finished_at: finishedAt?.toISOString() ?? null,
  }
}
