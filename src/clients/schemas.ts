import { type Static, Type } from 'typebox'
import { ModeSchema } from '../mfa/index.ts'
import {
  answerFields,
  backchannelFields,
  credentialFields,
  logoutFields,
  policyFields,
  requestFields,
  type SigningAlgorithmSchema,
} from './protocol-fields.ts'

const Uri = Type.String({ minLength: 1, maxLength: 2048 })
const UriList = Type.Array(Uri, { maxItems: 50 })

export const AuthMethodSchema = Type.Enum([
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
])
export type AuthMethod = Static<typeof AuthMethodSchema>

export type SigningAlgorithm = Static<typeof SigningAlgorithmSchema>

export const GrantType = Type.Enum([
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'implicit',
  'password',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:openid:params:grant-type:ciba',
])

/** OAuth 2.0 Multiple Response Types, with the words in alphabetical order. */
const ResponseType = Type.Enum([
  'code',
  'none',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
])
export type ResponseType = Static<typeof ResponseType>

const Jwks = Type.Object({
  keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1, maxItems: 20 }),
})

/** What a client is registered with: RFC 7591 section 2, OpenID Connect Registration section 2. */
export const ClientInput = Type.Object(
  {
    client_name: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Shown to people at consent',
    }),
    redirect_uris: Type.Optional(UriList),
    post_logout_redirect_uris: Type.Optional(UriList),
    token_endpoint_auth_method: Type.Optional(AuthMethodSchema),
    grant_types: Type.Optional(
      Type.Array(GrantType, { minItems: 1, maxItems: 9, uniqueItems: true }),
    ),
    response_types: Type.Optional(
      Type.Array(ResponseType, { maxItems: 7, uniqueItems: true, description: 'Default code' }),
    ),
    application_type: Type.Optional(
      Type.Enum(['web', 'native'], { description: 'OIDC Registration section 2; default web' }),
    ),
    scope: Type.Optional(
      Type.String({
        maxLength: 2000,
        description: 'Space-separated scopes that the client may ask for',
      }),
    ),
    jwks: Type.Optional(Jwks),
    ...credentialFields,
    ...answerFields,
    ...requestFields,
    ...logoutFields,
    ...backchannelFields,
    ...policyFields,
    client_uri: Type.Optional(Uri),
    policy_uri: Type.Optional(Uri),
    tos_uri: Type.Optional(Uri),
    logo_uri: Type.Optional(Uri),
    contacts: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 320 }), {
        maxItems: 10,
        description: 'Who is responsible for the client, usually email addresses',
      }),
    ),
    software_id: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    software_version: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    allowed_origins: Type.Optional(
      Type.Array(Uri, {
        maxItems: 50,
        description: 'Where browsers may call us from, besides the origins of the redirect URIs',
      }),
    ),
    default_max_age: Type.Optional(Type.Integer({ minimum: 0, maximum: 315_360_000 })),
    default_acr_values: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        maxItems: 20,
        description: 'Asked for when a request names no acr_values (OIDC Registration section 2)',
      }),
    ),
    mfa_policy: Type.Optional(ModeSchema),
    access_claims: Type.Optional(
      Type.Object(
        {
          in: Type.Optional(
            Type.Array(Type.Enum(['access_token', 'id_token', 'userinfo']), {
              maxItems: 3,
              uniqueItems: true,
              description: 'Default: access_token and userinfo',
            }),
          ),
          always: Type.Optional(
            Type.Boolean({ description: 'Without being asked for by the scopes; default false' }),
          ),
          resources: Type.Optional(
            Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
              maxItems: 100,
              description: 'Only permissions on these types of resources; default all',
            }),
          ),
        },
        {
          additionalProperties: false,
          description: 'Where roles, groups and permissions of the subject are told to this client',
        },
      ),
    ),
    require_pkce: Type.Optional(
      Type.Boolean({ description: 'Default true; only a confidential client may be exempted' }),
    ),
    require_consent: Type.Optional(
      Type.Boolean({ description: 'Default true; false marks a first-party client' }),
    ),
  },
  { additionalProperties: false },
)
export type ClientInput = Static<typeof ClientInput>

/** The same with every default filled in: what is stored and what the rest of Cardea reads. */
export type ClientMetadata = Omit<ClientInput, 'client_name'> &
  Required<
    Pick<
      ClientInput,
      | 'redirect_uris'
      | 'post_logout_redirect_uris'
      | 'token_endpoint_auth_method'
      | 'grant_types'
      | 'scope'
      | 'id_token_signed_response_alg'
      | 'require_pkce'
      | 'require_consent'
    >
  >
