/** What a route says of itself beside its schemas; the answers and the API description follow from it. */
export type RouteConfig = {
  /**
   * `shown`: the answer carries an ETag, the version of what it shows. `asked`: the change also needs an
   * If-Match that names the version it is based on.
   */
  readonly etag?: 'shown' | 'asked'
  /** Replaced by something better: since when, and when it will be gone; days such as `2027-01-31`. */
  readonly deprecated?: { readonly since: string; readonly sunset: string }
  /** False where a repeated request of this POST of a guarded surface need not be told from a new one. */
  readonly idempotency?: false
}

declare module 'fastify' {
  interface FastifyContextConfig extends RouteConfig {}
}
