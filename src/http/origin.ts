import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { impersonatedOf } from './impersonated.ts'

/** Where a request came from, for the audit log and sessions. */
export type Origin = {
  readonly ip: string
  readonly requestId: string
  readonly userAgent?: string
  /** `user:<id>` of the administrator in whose hands the session is. */
  readonly impersonator?: string
}

export function originOf(request: FastifyRequest): Origin {
  const userAgent = request.headers['user-agent']
  const impersonated = impersonatedOf(request)
  return {
    ip: clientAddress(request),
    requestId: request.id,
    ...(userAgent !== undefined && { userAgent }),
    ...(impersonated && { impersonator: impersonated.impersonator }),
  }
}

/**
 * The address of the client, without the port or zone that some proxies add. What a proxy wrote and
 * nobody can read counts as the proxy's own address.
 */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  if (isIP(ip) !== 0 && !ip.includes('%')) return ip
  const ported = /^(\d+(?:\.\d+){3}):\d+$/.exec(ip)?.[1] ?? /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1]
  const bare = (ported ?? ip).split('%')[0] ?? ''
  return isIP(bare) === 0 ? (socket.remoteAddress ?? '') : bare
}
