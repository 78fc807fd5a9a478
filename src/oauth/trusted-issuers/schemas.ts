import { type Static, Type } from 'typebox'
import { believedAlgorithms } from '../believed-algorithms.ts'

const Uri = Type.String({ minLength: 1, maxLength: 2048 })
const Name = Type.String({ minLength: 1, maxLength: 500 })

const AssertionAlgorithmSchema = Type.Enum([...believedAlgorithms])
export type AssertionAlgorithm = Static<typeof AssertionAlgorithmSchema>

/** Whom the subject of an assertion names. */
const SubjectMapping = Type.Enum(['user_id', 'username', 'email', 'client'], {
  description:
    'user_id, username: the person whom `sub` names so. email: the person with the verified address of the claim `email`, which the assertion must call verified. client: nobody; the client acts for itself',
})
export type SubjectMapping = Static<typeof SubjectMapping>

/** What an administrator says about an issuer whose assertions are believed (RFC 7523). */
export const TrustedIssuerInput = Type.Object(
  {
    issuer: Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'The claim `iss`, compared character by character',
    }),
    jwks_uri: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2048,
        description: 'Where its keys are; without it and jwks they are found by its metadata',
      }),
    ),
    jwks: Type.Optional(
      Type.Object({
        keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1, maxItems: 20 }),
      }),
    ),
    algorithms: Type.Optional(
      Type.Array(AssertionAlgorithmSchema, {
        minItems: 1,
        maxItems: 7,
        uniqueItems: true,
        description: 'Default all',
      }),
    ),
    audiences: Type.Optional(
      Type.Array(Uri, {
        maxItems: 10,
        uniqueItems: true,
        description: 'One of them must be in `aud`; default our issuer and our token endpoint',
      }),
    ),
    subject: SubjectMapping,
    subjects: Type.Optional(
      Type.Array(Name, {
        minItems: 1,
        maxItems: 200,
        uniqueItems: true,
        description: 'The only values of `sub` that are believed; needed where the client acts',
      }),
    ),
    client_ids: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        maxItems: 200,
        uniqueItems: true,
        description: 'Clients that may show its assertions; default all that have the grant',
      }),
    ),
    scopes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$' }), {
        maxItems: 200,
        uniqueItems: true,
        description: 'The most that its assertions give; default what the client may have',
      }),
    ),
    second_factor_acr_values: Type.Optional(
      Type.Array(Name, {
        maxItems: 20,
        uniqueItems: true,
        description:
          'Values of `acr` by which it says that the person showed a second factor. Without such a value nobody gets a token whom the policy asks for one',
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: 'Default true' })),
  },
  { additionalProperties: false },
)
export type TrustedIssuerInput = Static<typeof TrustedIssuerInput>
