import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../base/index.ts'

/**
 * The cookies: `session` names the signed-in session, `browser` ties forms and flows to one browser,
 * `device` tells that somebody signed in here before, `state` tells scripts in frames of ours whether the session
 * is another one. Over https all carry the `__Host-` prefix; over plain
 * http (development) browsers would refuse that.
 */
export type Cookies = {
  readonly readSession: (request: FastifyRequest) => string | undefined
  /** A session that is not remembered ends with the browser window. */
  readonly writeSession: (
    reply: FastifyReply,
    token: string,
    options: { readonly remembered: boolean },
  ) => void
  readonly clearSession: (reply: FastifyReply) => void
  /** What the `state` cookie of this session says; empty when nobody is signed in (OIDC Session Management). */
  readonly browserState: (request: FastifyRequest) => string
  /** Whether the session may be one of an impersonation; every page looks then. */
  readonly readImpersonation: (request: FastifyRequest) => boolean
  readonly writeImpersonation: (reply: FastifyReply) => void
  /** The browser's secret; a new one is written when there is none yet. */
  readonly browser: (request: FastifyRequest, reply: FastifyReply) => string
  readonly readDevice: (request: FastifyRequest) => string | undefined
  /** The device's secret, new or known; the cookie lives a year from now. For successful sign-ins only. */
  readonly device: (request: FastifyRequest, reply: FastifyReply) => string
}

type Needs = {
  readonly secure: boolean
  readonly newSecret: () => string
  readonly sessionSeconds: number
}

const deviceSeconds = 365 * 86_400
const wellFormed = /^[\w-]{43}$/

export function createCookies({ secure, newSecret, sessionSeconds }: Needs): Cookies {
  const prefix = secure ? '__Host-' : ''
  const sessionName = `${prefix}cardea_session`
  const browserName = `${prefix}cardea_browser`
  const deviceName = `${prefix}cardea_device`
  const stateName = `${prefix}cardea_state`
  const impersonationName = `${prefix}cardea_impersonation`
  const options = { path: '/', httpOnly: true, secure, sameSite: 'lax' } as const
  // Read by a script of ours in a frame of another site, which only `none` allows, and that only over https.
  const readable = { ...options, httpOnly: false, sameSite: secure ? 'none' : 'lax' } as const
  const read = (request: FastifyRequest, name: string) => {
    const value = request.cookies[name]
    return value !== undefined && wellFormed.test(value) ? value : undefined
  }
  return {
    readSession: (request) => read(request, sessionName),
    writeSession: (reply, token, { remembered }) => {
      const lifetime = remembered ? { maxAge: sessionSeconds } : {}
      reply.setCookie(sessionName, token, { ...options, ...lifetime })
      reply.setCookie(stateName, stateOf(token), { ...readable, ...lifetime })
    },
    clearSession: (reply) => {
      reply.clearCookie(sessionName, options)
      reply.clearCookie(stateName, readable)
      if (reply.request.cookies[impersonationName] !== undefined)
        reply.clearCookie(impersonationName, options)
    },
    browserState: (request) => {
      const token = read(request, sessionName)
      return token === undefined ? '' : stateOf(token)
    },
    readImpersonation: (request) => request.cookies[impersonationName] !== undefined,
    writeImpersonation: (reply) => {
      reply.setCookie(impersonationName, 'yes', options)
    },
    browser(request, reply) {
      const known = read(request, browserName)
      if (known !== undefined) return known
      const fresh = newSecret()
      reply.setCookie(browserName, fresh, options)
      request.cookies[browserName] = fresh
      return fresh
    },
    readDevice: (request) => read(request, deviceName),
    device(request, reply) {
      const device = read(request, deviceName) ?? newSecret()
      reply.setCookie(deviceName, device, { ...options, maxAge: deviceSeconds })
      return device
    },
  }
}

/** Changes with the secret of the session and tells nothing of it. */
function stateOf(token: string): string {
  return sha256(`browser state ${token}`).toString('base64url')
}
