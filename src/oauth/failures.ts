import { failures } from '../base/index.ts'

/** Every refusal of the protocol endpoints: name -> [code on the wire, status, constant words]. */
export const oauthFailures = failures({
  // RFC 6749 sections 4.1.2.1 and 5.2
  missing_parameter: ['invalid_request', 400, 'A required parameter is missing.'],
  malformed_parameter: ['invalid_request', 400, 'A parameter is malformed.'],
  unknown_client: ['invalid_client', 400, 'The client is unknown or inactive.'],
  unregistered_redirect: [
    'invalid_request',
    400,
    'The redirect URI is not registered for this client.',
  ],
  client_authentication: ['invalid_client', 401, 'Client authentication failed.'],
  several_authentications: [
    'invalid_request',
    400,
    'The client must authenticate in exactly one way.',
  ],
  grant_not_allowed: ['unauthorized_client', 400, 'The client may not use this grant type.'],
  unsupported_grant_type: ['unsupported_grant_type', 400, 'The grant type is not supported.'],
  unsupported_response_type: [
    'unsupported_response_type',
    400,
    'The response type is not supported.',
  ],
  openid_required: ['invalid_request', 400, 'An ID token takes the scope openid.'],
  userinfo_claims: [
    'invalid_request',
    400,
    'Claims of UserInfo need a response type that brings an access token.',
  ],
  unsupported_response_mode: ['invalid_request', 400, 'The response mode is not supported.'],
  invalid_scope: [
    'invalid_scope',
    400,
    'The scope is unknown, malformed or not allowed for this client.',
  ],
  invalid_target: ['invalid_target', 400, 'The requested resource is not available.'], // RFC 8707 section 2
  binding_required: [
    'invalid_request',
    400,
    'Access to this resource is only given to who proves to hold a key or a certificate.',
  ],
  access_denied: ['access_denied', 400, 'The request was denied.'],
  invalid_grant: [
    'invalid_grant',
    400,
    'The grant is invalid, expired, revoked, already used or was issued to another client.',
  ],
  // RFC 7636 section 4.4.1
  pkce_required: ['invalid_request', 400, 'PKCE is required: send a code_challenge.'],
  pkce_method: ['invalid_request', 400, 'Only the code challenge method S256 is supported.'],
  // OpenID Connect Core 3.1.2.6
  login_required: ['login_required', 400, 'The person is not signed in.'],
  interaction_required: [
    'interaction_required',
    400,
    'The person must prove more of who they are first.',
  ],
  consent_required: ['consent_required', 400, 'The person has not consented.'],
  request_uri_not_supported: ['request_uri_not_supported', 400, 'Request URIs are not supported.'],
  registration_not_supported: [
    'registration_not_supported',
    400,
    'The registration parameter is not supported.',
  ],
  unmet_authentication: [
    'unmet_authentication_requirements',
    400,
    'The requested authentication cannot be performed.',
  ],
  no_encryption_key: [
    'invalid_request',
    400,
    'The client has no key that the answer can be encrypted with.',
  ],
  // RFC 6750 section 3.1
  token_missing: ['invalid_request', 401, 'An access token is required.'],
  token_twice: ['invalid_request', 400, 'The access token was sent in more than one way.'],
  invalid_token: ['invalid_token', 401, 'The access token is invalid, expired or revoked.'],
  insufficient_scope: [
    'insufficient_scope',
    403,
    'The access token does not have the scope openid.',
  ],
  // RFC 7009 section 2.2.1
  unsupported_token_type: [
    'unsupported_token_type',
    400,
    'Tokens of this type are not revoked here.',
  ],
  foreign_token: ['invalid_grant', 400, 'The token was issued to another client.'],
  // OpenID Connect RP-Initiated Logout 1.0
  invalid_hint: ['invalid_request', 400, 'The ID token hint is not valid.'],
  unregistered_logout_redirect: [
    'invalid_request',
    400,
    'The post-logout redirect URI is not registered for this client.',
  ],
})
