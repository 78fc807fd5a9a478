/** The parts of the API. */
export const tags = [
  {
    name: 'oauth',
    description: 'OAuth 2.0 and OpenID Connect. Errors are those of RFC 6749.',
  },
  {
    name: 'access',
    description:
      'Decisions on who may do what, after the OpenID AuthZEN Authorization API 1.0, and what the caller may do.',
  },
  { name: 'account', description: 'The signed-in person. Errors are RFC 9457 problems.' },
  { name: 'mfa', description: 'Second factors of the signed-in person, and signing in with them.' },
  {
    name: 'admin',
    description: 'Administration. Each operation names the permission that it needs.',
  },
  { name: 'audit', description: 'The audit log: who did what, when, and to what.' },
  {
    name: 'security',
    description: 'What the server noticed of attacks and of unusual changes.',
  },
  { name: 'dashboard', description: 'Numbers of the installation, kept as things happen.' },
  { name: 'operation', description: 'Health of the server.' },
]

/** How callers prove who they are. */
export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token: of a person, from /api/v1/auth/login, or of a client for itself, from the client_credentials grant',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-cardea_session',
    description: 'A browser that is signed in on our pages; changes come from our own pages only',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key that a person made for a program; it is limited to its scopes',
  },
  client: {
    type: 'http',
    scheme: 'basic',
    description: 'client_id and client_secret; the other ways of a client stand in the body',
  },
  dpop: {
    type: 'http',
    scheme: 'dpop',
    description:
      'An access token that is bound to a key, with a proof in the header DPoP (RFC 9449)',
  },
} as const
