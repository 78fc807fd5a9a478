/** As much of the peer as the bench touches; the package has no types of its own. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    callback(): RequestListener
  }

  export const errors: { readonly InvalidGrant: new (description: string) => Error }
}
