import { Type } from 'typebox'
import { readReceiver } from './config-audit.ts'
import { boolean, choice, duration, integer, list, readOrigin, text } from './config-setting.ts'

/** A host name with or without a port. */
function readHost(value: string) {
  const fits = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.test(value)
  return fits
    ? ({ ok: true, value } as const)
    : ({ ok: false, why: 'must list hosts such as api.example.com or localhost:3000' } as const)
}

function readIssuer(value: string) {
  const fits = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  return fits
    ? ({ ok: true, value } as const)
    : ({ ok: false, why: 'must list issuers such as https://issuer.example.com' } as const)
}

function readDetailType(value: string) {
  const fits = value.length <= 200 && /^[\x21-\x7e]+$/.test(value)
  return fits
    ? ({ ok: true, value } as const)
    : ({ ok: false, why: 'must list types such as payment_initiation' } as const)
}

export const protocol = Type.Object(
  {
    legacyResponseTypes: boolean(
      false,
      'Allow implicit and hybrid response types to clients that are registered for them.',
    ),
    passwordGrant: boolean(
      false,
      'Allow the password grant (deprecated by RFC 9700) to clients that are registered for it.',
    ),
    clientRegistration: choice(
      ['closed', 'token', 'open'],
      'closed',
      'Dynamic client registration (RFC 7591): closed, with an initial access token, or for everybody.',
    ),
    registrationScopes: text(
      'openid profile email offline_access',
      'Scopes that clients which registered themselves may ask for.',
    ),
    registrationLifetime: duration(
      '30d',
      'A client that registered itself without a token and is not used for this time is removed.',
      { least: '1h' },
    ),
    registrationPkce: boolean(
      true,
      'Demand PKCE of clients that registered themselves; false lets those do without that have a secret or keys.',
    ),
    softwareStatementIssuers: list(
      'Issuers whose software statements (RFC 7591 section 2.3) are believed; keys from their metadata.',
      { type: 'list of https:// addresses', item: readIssuer },
    ),
    clientIdMetadata: boolean(
      false,
      'Accept addresses of client metadata documents as client_id (CIMD), as agents use them.',
    ),
    clientIdMetadataHosts: list(
      'Hosts whose client metadata documents are accepted; empty accepts those of every host.',
      { type: 'list of hosts', item: readHost },
    ),
    outgoingHosts: list(
      'Hosts of our own network that clients may name in their metadata (jwks_uri and such).',
      { type: 'list of hosts', item: readHost },
    ),
    pushedRequestLifetime: duration('60s', 'Life of a pushed authorization request (RFC 9126).', {
      least: '5s',
      most: '10m',
    }),
    requirePushedRequests: boolean(false, 'Accept only pushed authorization requests (RFC 9126).'),
    requestUris: boolean(true, 'Accept request objects by reference (RFC 9101, request_uri).'),
    authorizationDetailTypes: list(
      'Types of authorization details (RFC 9396) that clients may be registered for; empty knows none.',
      { type: 'list of types', item: readDetailType },
    ),
    dpopNonce: boolean(false, 'Demand a nonce of ours in every DPoP proof (RFC 9449 section 8).'),
    certificateHeader: text(
      '',
      'Header in which trusted proxies pass on the certificate of a client (RFC 8705), URL-encoded PEM or RFC 9440; empty believes none.',
    ),
    clientCertificateCaFile: text(
      '',
      'File with the authorities (PEM) whose certificates authenticate clients (tls_client_auth).',
    ),
    mutualTlsUrl: text(
      '',
      'Address of the server for clients with certificates, where that is another one (RFC 8705 section 5).',
      { type: 'origin', check: readOrigin },
    ),
    deviceLifetime: duration('10m', 'Life of a device code (RFC 8628).', { most: '1h' }),
    deviceInterval: integer(5, { least: 1, most: 60 }, 'Seconds between polls of a device.'),
    backchannelLifetime: duration('5m', 'Life of a CIBA request.', { most: '1h' }),
    backchannelInterval: integer(
      5,
      { least: 1, most: 60 },
      'Seconds between polls of a CIBA request.',
    ),
    backchannelHookUrl: text(
      '',
      'Address that is told of CIBA requests, to let people know on a device of theirs.',
      { type: 'https:// address', check: readReceiver },
    ),
    backchannelHookSecret: text('', 'Signs what goes to that address (HMAC-SHA-256).', {
      secret: true,
    }),
    logoutAttempts: integer(8, { least: 1, most: 20 }, 'Attempts of a back-channel logout.'),
  },
  { description: 'OAuth 2.0 and OpenID Connect beyond the core.' },
)
