/** What a route asks of who calls it. */
export type AccessRule = {
  /** Such as `cardea.user:read`. */
  readonly permission: string
  /** The path parameter that names the one thing the permission is asked for: a role may be limited to it. */
  readonly of?: string
  /** A person must have proved recently, at the level of the own account, who they are (ASVS 7.5.3). */
  readonly recent?: boolean
  /** Not needed by who asks about themselves. */
  readonly self?: boolean
  /** Only a person who is signed in: no key and no client. */
  readonly interactive?: boolean
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessRule
  }
}
