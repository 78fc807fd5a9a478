export type Difference = {
  readonly ours: string
  readonly theirs: string
  /** Why ours is meant. */
  readonly why: string
}

const noCode =
  'RFC 6749 section 4.1.2.1 has no code of its own for this; our page names the parameter.'
const notAuthenticated =
  'RFC 6749 section 5.2: invalid_client when no or bad client authentication is included.'
const notAllowed =
  'RFC 6749 sections 4.1.2.1 and 5.2: unauthorized_client when the client may not use it.'

/**
 * Where Cardea answers otherwise than oidc-provider, by the name of the request in `corpus.ts`. A request of a
 * signed-in person is only named where it differs otherwise than that of nobody.
 */
export const differences: Readonly<Record<string, Difference>> = {
  'authorize with an unregistered redirect_uri': {
    ours: 'page:invalid_request',
    theirs: 'page:invalid_redirect_uri',
    why: noCode,
  },
  'authorize with a longer redirect_uri': {
    ours: 'page:invalid_request',
    theirs: 'page:invalid_redirect_uri',
    why: noCode,
  },
  'authorize with a query at the redirect_uri': {
    ours: 'page:invalid_request',
    theirs: 'page:invalid_redirect_uri',
    why: noCode,
  },
  'authorize with a fragment at the redirect_uri': {
    ours: 'page:invalid_request',
    theirs: 'page:invalid_redirect_uri',
    why: noCode,
  },
  'authorize with a redirect_uri in capitals': {
    ours: 'page:invalid_request',
    theirs: 'page:invalid_redirect_uri',
    why: noCode,
  },
  'authorize with a relative redirect_uri': {
    ours: 'page:invalid_request',
    theirs: 'page:invalid_redirect_uri',
    why: noCode,
  },
  'authorize with a response_type of another client': {
    ours: 'fragment:unauthorized_client',
    theirs: 'fragment:invalid_request',
    why: notAllowed,
  },
  'authorize without scope': {
    ours: 'pages',
    theirs: 'client:invalid_request',
    why: 'A plain OAuth request (RFC 6749 section 3.3); the reference speaks OpenID Connect only.',
  },
  'authorize without openid': {
    ours: 'pages',
    theirs: 'client:invalid_request',
    why: 'A plain OAuth request (RFC 6749 section 3.3); the reference speaks OpenID Connect only.',
  },
  'authorize with redirect_uri twice': {
    ours: 'page:invalid_request',
    theirs: 'client:invalid_request',
    why: 'Where an answer may go is not sure, so the person is told (RFC 6749 section 4.1.2.1).',
  },
  'authorize with an unknown response_mode': {
    ours: 'client:invalid_request',
    theirs: 'client:unsupported_response_mode',
    why: 'RFC 6749 section 4.1.2.1; unsupported_response_mode is registered nowhere.',
  },
  'authorize with an essential unknown acr': {
    ours: 'client:unmet_authentication_requirements',
    theirs: 'pages',
    why: 'OIDC Core section 5.5.1.1: an essential acr that cannot be met is a failed authentication.',
  },
  'authorize for id_token by query': {
    ours: 'fragment:invalid_request',
    theirs: 'client:invalid_request',
    why: 'Multiple Response Types section 5: what may carry tokens is never answered in the query, not even with an error.',
  },
  'authorize for code token, not registered': {
    ours: 'fragment:unauthorized_client',
    theirs: 'fragment:unsupported_response_type',
    why: `${notAllowed} The reference does not know the type at all.`,
  },
  'authorize for a client of machines': {
    ours: 'page:invalid_request',
    theirs: 'page:invalid_redirect_uri',
    why: noCode,
  },
  'authorize, signed in, without scope': {
    ours: 'client:code',
    theirs: 'client:invalid_request',
    why: 'A plain OAuth request (RFC 6749 section 3.3); the reference speaks OpenID Connect only.',
  },
  'authorize, signed in, without openid': {
    ours: 'client:code',
    theirs: 'client:invalid_request',
    why: 'A plain OAuth request (RFC 6749 section 3.3); the reference speaks OpenID Connect only.',
  },
  'authorize by POST': {
    ours: 'client:code',
    theirs: 'page:404',
    why: 'OIDC Core section 3.1.2.1: POST must be supported; the reference has it switched off.',
  },
  'token: code with a short verifier': {
    ours: '400 invalid_grant',
    theirs: '400 invalid_request',
    why: 'RFC 7636 section 4.6: a verifier that does not fit is invalid_grant.',
  },
  'token: code without redirect_uri': {
    ours: '400 invalid_grant',
    theirs: '200',
    why: 'RFC 6749 section 4.1.3: required when the authorization request had one; the reference follows OAuth 2.1 here.',
  },
  'token: grant_type of another client': {
    ours: '400 unauthorized_client',
    theirs: '400 invalid_request',
    why: notAllowed,
  },
  'token: client credentials with openid': {
    ours: '400 invalid_scope',
    theirs: '200',
    why: 'There is no person whom openid could identify; the reference ignores it.',
  },
  'token: no client': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: notAuthenticated,
  },
  'token: secret in the body instead of the header': {
    ours: '401 invalid_client',
    theirs: '200',
    why: 'The registered method only (OIDC Registration section 2); the reference takes both methods of a secret.',
  },
  'token: another client_id in the body': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: `${notAuthenticated} Two clients at once are none.`,
  },
  'token: broken Basic credentials': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: notAuthenticated,
  },
  'token: GET': { ours: '405 method_not_allowed', theirs: '404', why: 'RFC 9110 section 15.5.6.' },
  'userinfo without a token': {
    ours: '401 invalid_request',
    theirs: '401 invalid_token',
    why: 'Both 401; RFC 6750 section 3.1 asks for no code in the header, and we send none there.',
  },
  'userinfo with a token of a machine': {
    ours: '403 insufficient_scope',
    theirs: '401 invalid_token',
    why: 'RFC 6750 section 3.1: the token is good, and lacks the scope openid.',
  },
  'introspection without a client': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: notAuthenticated,
  },
  'introspection by a public client': {
    ours: '401 invalid_client',
    theirs: '200 active false',
    why: 'RFC 7662 section 2.1: who is not authenticated could scan for tokens.',
  },
  'revocation without a client': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: notAuthenticated,
  },
  'revocation by another client': {
    ours: '400 invalid_grant',
    theirs: '400 invalid_request',
    why: 'RFC 6749 section 5.2: invalid_grant for what was issued to another client.',
  },
  'pushing without a client': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: notAuthenticated,
  },
  'pushing a request_uri': {
    ours: '400 invalid_request',
    theirs: '400 request_uri_not_supported',
    why: 'RFC 9126 section 2.1: request_uri must not be sent, so the request is invalid.',
  },
  'pushing the id of another client': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: `${notAuthenticated} Two clients at once are none.`,
  },
  'a device without a client': {
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: notAuthenticated,
  },
  'a device of a client without the grant': {
    ours: '400 unauthorized_client',
    theirs: '400 invalid_request',
    why: notAllowed,
  },
}
