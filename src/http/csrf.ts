import type { FastifyRequest } from 'fastify'
import { hmacSha256, sameText } from '../base/index.ts'
import { httpFailures } from './failures.ts'

/** Proof that a form was ours and was shown to this very browser. */
export type Csrf = {
  readonly token: (browser: string) => string
  /** Throws `forged_form` unless the post comes from our own page in the same browser. */
  readonly check: (request: FastifyRequest, browser: string, token: unknown) => void
}

export function createCsrf({
  key,
  origin,
}: {
  readonly key: Buffer
  readonly origin: string
}): Csrf {
  const tokenOf = (browser: string) => hmacSha256(key, `csrf/${browser}`).toString('base64url')
  return {
    token: tokenOf,
    check(request, browser, token) {
      if (!sameOrigin(request, origin))
        throw httpFailures.forged_form({ log: { why: 'cross-origin' } })
      if (typeof token !== 'string' || !sameText(token, tokenOf(browser))) {
        throw httpFailures.forged_form({ log: { why: 'token' } })
      }
    },
  }
}

/** Browsers say where a post comes from; whoever says nothing is judged by the token alone. */
function sameOrigin(request: FastifyRequest, origin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const from = request.headers.origin
  return from === undefined || from === origin
}
