import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * The two cookies: `session` names the signed-in session, `browser` ties forms and flows to one browser.
 * Over https both carry the `__Host-` prefix; over plain http (development) browsers would refuse that.
 */
export type Cookies = {
  readonly readSession: (request: FastifyRequest) => string | undefined
  readonly writeSession: (reply: FastifyReply, token: string) => void
  readonly clearSession: (reply: FastifyReply) => void
  /** The browser's secret; a new one is written when there is none yet. */
  readonly browser: (request: FastifyRequest, reply: FastifyReply) => string
}

type Needs = {
  readonly secure: boolean
  readonly newSecret: () => string
  readonly sessionSeconds: number
}

const wellFormed = /^[\w-]{43}$/

export function createCookies({ secure, newSecret, sessionSeconds }: Needs): Cookies {
  const prefix = secure ? '__Host-' : ''
  const sessionName = `${prefix}cardea_session`
  const browserName = `${prefix}cardea_browser`
  const options = { path: '/', httpOnly: true, secure, sameSite: 'lax' } as const
  const read = (request: FastifyRequest, name: string) => {
    const value = request.cookies[name]
    return value !== undefined && wellFormed.test(value) ? value : undefined
  }
  return {
    readSession: (request) => read(request, sessionName),
    writeSession: (reply, token) => {
      reply.setCookie(sessionName, token, { ...options, maxAge: sessionSeconds })
    },
    clearSession: (reply) => {
      reply.clearCookie(sessionName, options)
    },
    browser(request, reply) {
      const known = read(request, browserName)
      if (known !== undefined) return known
      const fresh = newSecret()
      reply.setCookie(browserName, fresh, options)
      request.cookies[browserName] = fresh
      return fresh
    },
  }
}
