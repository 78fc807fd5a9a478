import { Type } from 'typebox'

/** Wire schemas of the protocol endpoints: they document and serialise; the endpoints judge requests themselves. */
const text = () => Type.Optional(Type.String())
const details = () =>
  Type.Optional(
    Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true }), {
      description: 'RFC 9396',
    }),
  )
const number = () => Type.Optional(Type.Integer())
const names = () => Type.Optional(Type.Array(Type.String()))

export const OAuthError = Type.Object(
  {
    error: Type.String({ examples: ['invalid_client'] }),
    error_description: Type.Optional(Type.String({ examples: ['Client authentication failed.'] })),
  },
  { title: 'OAuthError', description: 'RFC 6749 section 5.2' },
)

/** What the description says of every endpoint that a browser visits. */
export const browserEndpoint = {
  tags: ['oauth'],
  security: [],
  response: { 303: Type.Null({ description: 'To the client, or to a page of ours' }) },
}

const clientFields = {
  client_id: text(),
  client_secret: text(),
  client_assertion: text(),
  client_assertion_type: text(),
}

export const TokenRequest = Type.Object(
  {
    grant_type: Type.String(),
    code: text(),
    redirect_uri: text(),
    code_verifier: text(),
    refresh_token: text(),
    scope: text(),
    authorization_details: text(),
    ...clientFields,
  },
  {
    examples: [
      {
        grant_type: 'authorization_code',
        code: 'SplxlOBeZQQYbYS6WxSbIA',
        redirect_uri: 'https://app.example.org/callback',
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      },
    ],
  },
)

export const TokenAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.String(),
  expires_in: Type.Integer({ description: 'Seconds' }),
  scope: text(),
  refresh_token: text(),
  id_token: text(),
  issued_token_type: text(),
  authorization_details: details(),
})

export const TokenQuestion = Type.Object(
  {
    token: Type.String(),
    token_type_hint: text(),
    ...clientFields,
  },
  { examples: [{ token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkzIn0.c2ln' }] },
)

export const IntrospectionAnswer = Type.Object({
  active: Type.Boolean(),
  iss: text(),
  sub: text(),
  aud: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  cnf: Type.Optional(Type.Record(Type.String(), Type.String())),
  act: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  authorization_details: details(),
  client_id: text(),
  username: text(),
  token_type: text(),
  scope: text(),
  exp: number(),
  iat: number(),
  auth_time: number(),
  acr: text(),
  amr: names(),
  jti: text(),
  roles: names(),
  groups: names(),
  permissions: names(),
  roles_overage: Type.Optional(Type.Boolean()),
  groups_overage: Type.Optional(Type.Boolean()),
  permissions_overage: Type.Optional(Type.Boolean()),
})

export const UserinfoAnswer = Type.Object(
  { sub: Type.String() },
  {
    additionalProperties: true,
    description: 'The standard claims that were asked for (OIDC Core 5.1)',
  },
)

export const MetadataAnswer = Type.Object({ issuer: Type.String() }, { additionalProperties: true })

export const JwksAnswer = Type.Object({
  keys: Type.Array(
    Type.Object({ kid: Type.Optional(Type.String()) }, { additionalProperties: true }),
  ),
})

export const AuthorizeQuery = Type.Object({
  client_id: Type.String(),
  response_type: Type.String(),
  redirect_uri: text(),
  scope: text(),
  state: text(),
  nonce: text(),
  code_challenge: text(),
  code_challenge_method: text(),
  response_mode: text(),
  prompt: text(),
  max_age: text(),
  login_hint: text(),
  id_token_hint: text(),
  ui_locales: text(),
  display: text(),
  claims: text(),
  acr_values: text(),
  request: text(),
  request_uri: text(),
  authorization_details: text(),
  resource: text(),
  dpop_jkt: text(),
})

export const LogoutQuery = Type.Object({
  id_token_hint: text(),
  client_id: text(),
  post_logout_redirect_uri: text(),
  state: text(),
  logout_hint: text(),
  ui_locales: text(),
})
