import type { FastifyRequest } from 'fastify'

/** An administrator who sees the account of somebody else, for as long as a request lasts. */
export type Impersonated = {
  /** `user:<id>` of the administrator, in the words of the audit log. */
  readonly impersonator: string
  /** Whose account it is. */
  readonly name: string
  readonly until: Date
}

const marks = new WeakMap<FastifyRequest, Impersonated>()

/** Remembers for the rest of a request that its session is one of an impersonation. */
export function markImpersonated(request: FastifyRequest, mark: Impersonated): void {
  marks.set(request, mark)
}

export function impersonatedOf(request: FastifyRequest): Impersonated | undefined {
  return marks.get(request)
}
