/** Why a request may not in: an error code of RFC 6750 section 3.1, RFC 9449 section 7 or RFC 9470 section 3. */
export type Refusal =
  | 'missing_token'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'

const statuses: Readonly<Record<Refusal, number>> = {
  missing_token: 401,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
}

/** A request that may not in, with the whole answer that it should get. */
export class ResourceError extends Error {
  readonly code: Refusal
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(code: Refusal, challenge: Readonly<Record<string, string>>, cause?: unknown) {
    super(code, { cause })
    this.name = 'ResourceError'
    this.code = code
    this.status = statuses[code]
    this.headers = { 'www-authenticate': header(code, challenge) }
  }

  /** The answer for servers that speak `Request` and `Response`. */
  toResponse(): Response {
    return Response.json({ error: this.code }, { status: this.status, headers: this.headers })
  }
}

/** RFC 6750 section 3: a request without a token is told no error. */
function header(
  code: Refusal,
  { scheme = 'Bearer', ...challenge }: Record<string, string>,
): string {
  const error = code === 'missing_token' ? {} : { error: code }
  const parts = Object.entries({ ...error, ...challenge }).map(
    ([name, value]) => `${name}="${value}"`,
  )
  return `${scheme} ${parts.join(', ')}`
}
