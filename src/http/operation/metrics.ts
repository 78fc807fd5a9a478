import { sameText } from '../../base/index.ts'
import { httpFailures } from '../failures.ts'
import type { Surface } from '../server.ts'

type Needs = {
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>
  /** When set, whoever reads the metrics must send it as a bearer token. */
  readonly token: string
}

export function metricsRoutes(surface: Surface, { render, token }: Needs): void {
  surface.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    const sent = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (token !== '' && !sameText(sent, token)) throw httpFailures.not_found()
    const { contentType, body } = await render()
    return reply.type(contentType).send(body)
  })
}
