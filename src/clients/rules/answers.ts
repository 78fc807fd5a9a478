import { mayEncrypt } from '../client-keys.ts'
import { hasKeys } from './credentials.ts'
import type { Rule } from './rule.ts'
import { addressProblem, each, one, when } from './rule.ts'

const encrypted = ['id_token', 'userinfo', 'introspection', 'authorization'] as const

/** OIDC Registration section 2, RFC 9701 section 6, JARM section 3: nothing is encrypted to nobody. */
export const encryption: Rule = (metadata) => [
  ...encrypted.flatMap((kind) => {
    const alg = metadata[`${kind}_encrypted_response_alg`]
    const enc = metadata[`${kind}_encrypted_response_enc`]
    const { jwks } = metadata
    const unfit = jwks !== undefined && !jwks.keys.some((key) => mayEncrypt(key, alg ?? ''))
    return [
      ...when(
        enc !== undefined && alg === undefined,
        `/${kind}_encrypted_response_enc`,
        `needs ${kind}_encrypted_response_alg`,
      ),
      ...when(
        alg !== undefined && (!hasKeys(metadata) || unfit),
        `/${kind}_encrypted_response_alg`,
        'needs a key in jwks or jwks_uri that fits',
      ),
    ]
  }),
  ...when(
    metadata.request_object_encryption_enc !== undefined &&
      metadata.request_object_encryption_alg === undefined,
    '/request_object_encryption_enc',
    'needs request_object_encryption_alg',
  ),
]

/** RFC 9101 section 10.5: what the client signs is checked with its keys. */
export const requests: Rule = (metadata, plainHosts) => [
  ...each('request_uris', metadata.request_uris, (uri) =>
    addressProblem(uri, { plainHosts, fragment: true }),
  ),
  ...(
    [
      ['request_object_signing_alg', metadata.request_object_signing_alg !== undefined],
      ['require_signed_request_object', metadata.require_signed_request_object === true],
      [
        'backchannel_authentication_request_signing_alg',
        metadata.backchannel_authentication_request_signing_alg !== undefined,
      ],
    ] as const
  ).flatMap(([member, signs]) =>
    when(signs && !hasKeys(metadata), `/${member}`, 'needs jwks or jwks_uri'),
  ),
]

/** OIDC Core section 8.1: whom a pairwise identifier is for must be one. */
export const sectors: Rule = (metadata, plainHosts) => {
  const { sector_identifier_uri: uri, redirect_uris: redirects } = metadata
  const hosts = new Set(
    redirects.map((text) => (URL.canParse(text) ? new URL(text).hostname : text)),
  )
  const clear = hosts.size === 1 && !hosts.has('')
  return [
    ...one('sector_identifier_uri', uri, (text) => addressProblem(text, { plainHosts })),
    ...when(
      metadata.subject_type === 'pairwise' && uri === undefined && !clear,
      '/sector_identifier_uri',
      'is needed for pairwise identifiers unless all redirect URIs have one host',
    ),
  ]
}
