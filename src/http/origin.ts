import type { FastifyRequest } from 'fastify'

/** Where a request came from, for the audit log and sessions. */
export type Origin = {
  readonly ip: string
  readonly requestId: string
  readonly userAgent?: string
}

export function originOf(request: FastifyRequest): Origin {
  const userAgent = request.headers['user-agent']
  return { ip: request.ip, requestId: request.id, ...(userAgent !== undefined && { userAgent }) }
}
