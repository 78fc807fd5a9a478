import { Type } from 'typebox'

/** Members of client metadata that a specification gives a name, by the specification. */
const Uri = Type.String({ minLength: 1, maxLength: 2048 })
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const text = (description: string, maxLength = 1000) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }))

export const SigningAlgorithmSchema = Type.Enum([
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
])

/** How an answer may be given (Multiple Response Types, Form Post, JARM section 2.3). */
export const responseModes = [
  'query',
  'fragment',
  'form_post',
  'query.jwt',
  'fragment.jwt',
  'form_post.jwt',
  'jwt',
] as const

/** RFC 7518 sections 4.1 and 5.1: what we encrypt for clients with. */
const KeyManagement = Type.Enum([
  'RSA-OAEP-256',
  'RSA-OAEP',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A256KW',
])
const ContentEncryption = Type.Enum(['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'])

/** OIDC Registration section 2, RFC 9701 section 6, JARM section 3. */
export const answerFields = {
  id_token_signed_response_alg: Type.Optional(SigningAlgorithmSchema),
  id_token_encrypted_response_alg: Type.Optional(KeyManagement),
  id_token_encrypted_response_enc: Type.Optional(ContentEncryption),
  userinfo_signed_response_alg: Type.Optional(SigningAlgorithmSchema),
  userinfo_encrypted_response_alg: Type.Optional(KeyManagement),
  userinfo_encrypted_response_enc: Type.Optional(ContentEncryption),
  introspection_signed_response_alg: Type.Optional(SigningAlgorithmSchema),
  introspection_encrypted_response_alg: Type.Optional(KeyManagement),
  introspection_encrypted_response_enc: Type.Optional(ContentEncryption),
  authorization_signed_response_alg: Type.Optional(SigningAlgorithmSchema),
  authorization_encrypted_response_alg: Type.Optional(KeyManagement),
  authorization_encrypted_response_enc: Type.Optional(ContentEncryption),
  response_modes: Type.Optional(
    Type.Array(Type.Enum([...responseModes]), {
      minItems: 1,
      uniqueItems: true,
      description:
        'How answers may be given to it; ["jwt"] takes signed ones only (FAPI 2.0 Message Signing); default all',
    }),
  ),
  subject_type: Type.Optional(
    Type.Enum(['public', 'pairwise'], {
      description:
        'pairwise: an identifier of the person that no other sector knows; default public',
    }),
  ),
  sector_identifier_uri: Type.Optional(Uri),
}

/** RFC 9101 section 10.5, OIDC Registration section 2, RFC 9126 section 6, RFC 9396 section 10. */
export const requestFields = {
  request_object_signing_alg: Type.Optional(SigningAlgorithmSchema),
  request_object_encryption_alg: Type.Optional(KeyManagement),
  request_object_encryption_enc: Type.Optional(ContentEncryption),
  request_uris: Type.Optional(Type.Array(Uri, { maxItems: 50 })),
  require_signed_request_object: flag('Only signed request objects are accepted; default false'),
  require_pushed_authorization_requests: flag('Only pushed requests are accepted; default false'),
  authorization_details_types: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 50, uniqueItems: true }),
  ),
  initiate_login_uri: Type.Optional(Uri),
  require_auth_time: flag('ID tokens always have auth_time, with or without it'),
}

/** RFC 7591 section 2, RFC 8705 section 2.1.2, RFC 9449 section 5.2. */
export const credentialFields = {
  jwks_uri: Type.Optional(Uri),
  token_endpoint_auth_signing_alg: Type.Optional(
    Type.Enum(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'HS256', 'HS384', 'HS512']),
  ),
  tls_client_auth_subject_dn: text('Subject of the certificate (RFC 4514)'),
  tls_client_auth_san_dns: text('A DNS name in the certificate', 255),
  tls_client_auth_san_uri: text('A URI in the certificate', 2048),
  tls_client_auth_san_ip: text('An IP address in the certificate', 45),
  tls_client_auth_san_email: text('An email address in the certificate', 320),
  use_mtls_endpoint_aliases: flag(
    'Told to the client, which calls the mtls_endpoint_aliases of the metadata (FAPI 2.0); default false',
  ),
  tls_client_certificate_bound_access_tokens: flag(
    'Tokens are bound to the certificate of the connection and are given over no other; default false',
  ),
  dpop_bound_access_tokens: flag('Tokens are always bound to a DPoP key; default false'),
  federated_credentials: Type.Optional(
    Type.Array(
      Type.Object(
        {
          issuer: Uri,
          subject: Type.String({ minLength: 1, maxLength: 500 }),
          audience: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
          jwks_uri: Type.Optional(Uri),
        },
        { additionalProperties: false },
      ),
      {
        maxItems: 20,
        description:
          'Tokens of other issuers by which the client may authenticate: service accounts of Kubernetes, jobs of CI providers (RFC 7523, method private_key_jwt)',
      },
    ),
  ),
}

/** OIDC Back-Channel Logout section 2.2, Front-Channel Logout section 2. */
export const logoutFields = {
  backchannel_logout_uri: Type.Optional(Uri),
  backchannel_logout_session_required: flag('The logout token names the session; default false'),
  frontchannel_logout_uri: Type.Optional(Uri),
  frontchannel_logout_session_required: flag('The address names the session; default false'),
}

/** OIDC CIBA Core section 4. */
export const backchannelFields = {
  backchannel_token_delivery_mode: Type.Optional(Type.Enum(['poll', 'ping'])),
  backchannel_client_notification_endpoint: Type.Optional(Uri),
  backchannel_authentication_request_signing_alg: Type.Optional(SigningAlgorithmSchema),
  backchannel_user_code_parameter: flag('Not supported: must be false'),
}

/** What only Cardea knows. */
export const policyFields = {
  profile: Type.Optional(
    Type.Enum(['none', 'fapi2'], {
      description: 'fapi2: everything the FAPI 2.0 Security Profile demands; default none',
    }),
  ),
  access_token_format: Type.Optional(
    Type.Enum(['jwt', 'opaque'], {
      description: 'Of tokens for no registered resource; default jwt',
    }),
  ),
  allowed_resources: Type.Optional(
    Type.Array(Uri, {
      maxItems: 200,
      description: 'Registered resources that the client may name (RFC 8707); default all',
    }),
  ),
  token_exchange: Type.Optional(
    Type.Object(
      {
        subject_clients: Type.Optional(
          Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
            maxItems: 200,
            description:
              'Clients whose tokens it may exchange; default its own and those given to it',
          }),
        ),
        impersonation: Type.Optional(
          Type.Boolean({
            description: 'May get tokens that do not name an actor; default false',
          }),
        ),
        audiences: Type.Optional(
          Type.Array(Type.String({ minLength: 1, maxLength: 2048 }), {
            maxItems: 200,
            description:
              'Clients and resources that it may get tokens for; default all it may name',
          }),
        ),
      },
      { additionalProperties: false, description: 'What it may exchange tokens for (RFC 8693)' },
    ),
  ),
}
