import { Type } from 'typebox'
import { httpFailures } from '../failures.ts'
import type { Surface } from '../server.ts'

export type HealthChecks = {
  /** True from the end of the start-up to the end of the process. */
  readonly started: () => boolean
  readonly draining: () => boolean
  /** Each throws when the part it asks cannot do its work. */
  readonly parts: Readonly<Record<string, () => Promise<void>>>
}

const Health = Type.Object(
  {
    status: Type.String({ examples: ['ready'] }),
    parts: Type.Optional(
      Type.Record(Type.String(), Type.String(), { examples: [{ database: 'up', kv: 'up' }] }),
    ),
  },
  { title: 'Health' },
)

export function healthRoutes(surface: Surface, checks: HealthChecks): void {
  const schema = { tags: ['operation'], security: [], response: { 200: Health } }
  const live = { ...schema, operationId: 'isLive', summary: 'The process runs' }
  surface.get('/health/live', { schema: live }, () => ({ status: 'live' }))
  const started = { ...schema, operationId: 'isStarted', summary: 'The start-up is over' }
  surface.get('/health/started', { schema: started }, () => {
    if (!checks.started()) throw httpFailures.draining({ retryAfter: 1 })
    return { status: 'started' }
  })
  const summary = 'Requests may come: every part works, and the server is not stopping'
  surface.get(
    '/health/ready',
    {
      schema: {
        ...schema,
        operationId: 'isReady',
        summary,
        response: { 200: Health, 503: Health },
      },
    },
    async (_request, reply) => {
      const states = await Promise.all(
        Object.entries(checks.parts).map(
          async ([name, ask]) => [name, await stateOf(ask)] as const,
        ),
      )
      const ready = !checks.draining() && states.every(([, state]) => state === 'up')
      const status = checks.draining() ? 'draining' : ready ? 'ready' : 'unavailable'
      if (!ready) reply.header('retry-after', '2')
      return reply.code(ready ? 200 : 503).send({ status, parts: Object.fromEntries(states) })
    },
  )
}

function stateOf(ask: () => Promise<void>): Promise<string> {
  return ask().then(
    () => 'up',
    () => 'down',
  )
}
