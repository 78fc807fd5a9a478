import { type Static, Type } from 'typebox'
import { byOf, needs as permission, problems } from '../../account/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Request, Surface } from '../../http/index.ts'
import type { DeadJob } from '../../jobs/index.ts'
import { dropDeadJob, listDeadJobs, retryAllDeadJobs, retryDeadJob } from '../../jobs/index.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'

const tags = ['admin']
const path = '/api/v1/admin/jobs/dead'
const uuid = Type.String({ format: 'uuid' })
const Params = Type.Object({ job_id: uuid })
const Key = Type.Tuple([Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 }), uuid])
const time = Type.String({ format: 'date-time' })

const DeadJobBody = Type.Object(
  {
    id: uuid,
    kind: Type.String(),
    attempts: Type.Integer(),
    created_at: time,
    died_at: time,
    last_error: Type.Union([Type.String(), Type.Null()]),
  },
  {
    description: 'Work that was given up, such as a letter; what it says is not shown',
    examples: [
      {
        id: '0193a6c2-6a5e-7c11-9b0f-3f2b8f6a1d20',
        kind: 'mail.send',
        attempts: 8,
        created_at: '2026-11-24T09:00:00.000Z',
        died_at: '2026-11-24T15:00:00.000Z',
        last_error: 'there is no such mailbox',
      },
    ],
  },
)
const Retried = Type.Object({ retried: Type.Integer() }, { examples: [{ retried: 3 }] })

export function deadJobRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.job:read'),
    schema: {
      tags,
      operationId: 'listDeadJobs',
      summary: 'The jobs that were given up, the youngest first',
      querystring: Type.Object(pageQuery, { additionalProperties: false }),
      response: { 200: pageBody(DeadJobBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, Key)
      const place = after && { diedAt: new Date(after[0]), id: after[1] }
      const rows = await listDeadJobs(needs.db, limit + 1, place)
      const { items, next } = pageFrom(rows, limit, ({ diedAt, id }) => [diedAt.getTime(), id])
      return sendPage(request, reply, { items: items.map(deadJobBody), next })
    },
  })
  retryRoutes(surface, needs)
  surface.delete(`${path}/:job_id`, {
    config: permission('cardea.job:manage'),
    schema: {
      tags,
      operationId: 'dropDeadJob',
      summary: 'Delete a job that was given up',
      params: Params,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { job_id: id } = request.params
      await onJob(needs, request, { id, action: 'job.drop', act: (tx) => dropDeadJob(tx, id) })
      return reply.code(204).send(null)
    },
  })
}

function retryRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.post(`${path}/:job_id/retry`, {
    config: { ...permission('cardea.job:manage'), idempotency: false },
    schema: {
      tags,
      operationId: 'retryDeadJob',
      summary: 'Give a job all its attempts again',
      params: Params,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { job_id: id } = request.params
      const act = (tx: Queries) => retryDeadJob(tx, id, needs.clock.now())
      await onJob(needs, request, { id, action: 'job.retry', act })
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/retry`, {
    config: { ...permission('cardea.job:manage'), idempotency: false },
    schema: {
      tags,
      operationId: 'retryDeadJobs',
      summary: 'Give all of them their attempts again',
      response: { 200: Retried, ...problems },
    },
    handler: (request) =>
      needs.db.transaction(async (tx) => {
        const retried = await retryAllDeadJobs(tx, needs.clock.now())
        await appendAudit(needs, tx, {
          ...byOf(request),
          action: 'job.retry_all',
          resource: 'job:dead',
          outcome: 'success',
          details: { count: retried },
        })
        return { retried }
      }),
  })
}

type Act = {
  readonly id: string
  readonly action: string
  readonly act: (tx: Queries) => Promise<boolean>
}

async function onJob(needs: AdminNeeds, request: Request, { id, action, act }: Act): Promise<void> {
  await needs.db.transaction(async (tx) => {
    if (!(await act(tx))) throw adminFailures.unknown_job()
    await appendAudit(needs, tx, {
      ...byOf(request),
      action,
      resource: `job:${id}`,
      outcome: 'success',
    })
  })
}

function deadJobBody(job: DeadJob): Static<typeof DeadJobBody> {
  return {
    id: job.id,
    kind: job.kind,
    attempts: job.attempts,
    created_at: job.createdAt.toISOString(),
    died_at: job.diedAt.toISOString(),
    last_error: job.lastError,
  }
}
