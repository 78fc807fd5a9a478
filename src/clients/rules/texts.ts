import { isStorable } from '../../base/index.ts'
import { meaningOf } from '../../mfa/index.ts'
import type { Rule } from './rule.ts'
import { each, one, when } from './rule.ts'

const unstorable = 'has characters that cannot be stored'

export const storable: Rule = (metadata) =>
  Object.entries(metadata).flatMap(([name, value]) =>
    when(!isStorable(value), `/${name}`, unstorable),
  )

/** What people may follow at consent. */
export const links: Rule = (metadata) => {
  const members = ['client_uri', 'policy_uri', 'tos_uri', 'logo_uri'] as const
  return members.flatMap((member) =>
    one(member, metadata[member], (uri) => {
      const fine = URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol)
      return fine ? undefined : 'is not a web address'
    }),
  )
}

/** What no sign-in can reach would be asked for in vain (OIDC Registration section 2). */
export const levels: Rule = ({ default_acr_values: values }) =>
  each('default_acr_values', values, (value) =>
    meaningOf(value) ? undefined : 'is none of acr_values_supported',
  )

const scopeTokens = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$|^$/

export const scope: Rule = ({ scope: scopes }) =>
  when(!scopeTokens.test(scopes), '/scope', 'is not a list of scope tokens') // RFC 6749 section 3.3

/** RFC 8707 section 2. */
export const resources: Rule = ({ allowed_resources: allowed }) =>
  each('allowed_resources', allowed, (uri) =>
    URL.canParse(uri) && !uri.includes('#')
      ? undefined
      : 'is not an absolute URI without a fragment',
  )
