import type { Registry } from '@prometheus-io/client'
import { Counter } from '@prometheus-io/client'

export type ApiKeyMetrics = {
  /** An API key was `created`, `revoked`, `accepted` or `refused`. */
  readonly apiKey: (event: string) => void
}

export function apiKeyMetrics(registry: Registry): ApiKeyMetrics {
  const events = new Counter({
    name: 'cardea_api_keys_total',
    help: 'API keys that were created, revoked, accepted at a request or refused.',
    labelNames: ['event'],
    registers: [registry],
  })
  return { apiKey: (event) => events.inc({ event }) }
}
