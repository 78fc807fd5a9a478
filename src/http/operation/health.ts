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

const Health = Type.Object({
  status: Type.String(),
  parts: Type.Optional(Type.Record(Type.String(), Type.String())),
})

export function healthRoutes(surface: Surface, checks: HealthChecks): void {
  const schema = { tags: ['operation'], security: [], response: { 200: Health } }
  surface.get('/health/live', { schema }, () => ({ status: 'live' }))
  surface.get('/health/started', { schema }, () => {
    if (!checks.started()) throw httpFailures.draining({ retryAfter: 1 })
    return { status: 'started' }
  })
  surface.get(
    '/health/ready',
    { schema: { ...schema, response: { 200: Health, 503: Health } } },
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
