import { type Static, Type } from 'typebox'
import { signingAlgorithms } from '../../keys/index.ts'
import { longestJwt, longestOpaque } from './resource.ts'

const Scope = Type.Object(
  {
    scope: Type.String({
      pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$',
      description: 'As clients ask for it (RFC 6749 section 3.3)',
    }),
    name: Type.String({ minLength: 1, maxLength: 200, description: 'Shown to people at consent' }),
    description: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  },
  { additionalProperties: false },
)

const seconds = `Seconds, at most ${longestJwt} of a JWT and ${longestOpaque} of an opaque token; null leaves it to the setting`

/** What a resource is registered with. */
export const ResourceInput = Type.Object(
  {
    identifier: Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'An absolute URI without a fragment (RFC 8707): what tokens have as audience',
    }),
    name: Type.String({ minLength: 1, maxLength: 200 }),
    scopes: Type.Optional(
      Type.Array(Scope, {
        maxItems: 200,
        description: 'What tokens for it may allow; of other scopes they have none',
      }),
    ),
    access_token_format: Type.Optional(
      Type.Enum(['jwt', 'opaque'], {
        description:
          'jwt: read by the resource itself; opaque: only by asking us, so that it ends at once. Default jwt',
      }),
    ),
    access_token_lifetime: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: longestOpaque }), Type.Null()], {
        description: seconds,
      }),
    ),
    access_token_signing_alg: Type.Optional(
      Type.Enum([...signingAlgorithms], { description: 'Of JWTs; default ES256' }),
    ),
    require_binding: Type.Optional(
      Type.Boolean({
        description:
          'Only tokens that are bound to a key or a certificate (RFC 9449, RFC 8705); default false',
      }),
    ),
    introspection_clients: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        maxItems: 100,
        uniqueItems: true,
        description: 'The clients by which it asks about its tokens (RFC 7662)',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ResourceInput = Static<typeof ResourceInput>
