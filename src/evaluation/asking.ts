import type { Caller } from '../account/index.ts'
import { needs as permission } from '../account/index.ts'
import type { Request } from '../http/index.ts'

export const tags = ['access']

export type CallerOf = (request: Request) => Caller

const bodyLimit = 512 * 1024

/** What the routes need from who asks about somebody else. */
export const asking = {
  evaluate: {
    config: { ...permission('cardea.decision:evaluate', { self: true }), idempotency: false },
    bodyLimit,
  },
  search: {
    config: { ...permission('cardea.decision:search', { self: true }), idempotency: false },
    bodyLimit,
  },
} as const
