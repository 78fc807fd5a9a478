import { initiation, logout, redirects } from './addresses.ts'
import { encryption, requests, sectors } from './answers.ts'
import { certificates, federated, keys, proofs } from './credentials.ts'
import { grants, pkce, responseTypes } from './grants.ts'
import { backchannel, fapi } from './profiles.ts'
import type { Rule } from './rule.ts'
import { levels, links, resources, scope, storable } from './texts.ts'

/** Everything that client metadata must obey, in the order in which it is told. */
export const rules: readonly Rule[] = [
  storable,
  redirects,
  links,
  levels,
  responseTypes,
  grants,
  pkce,
  keys,
  proofs,
  certificates,
  federated,
  encryption,
  requests,
  sectors,
  initiation,
  logout,
  backchannel,
  fapi,
  resources,
  scope,
]
