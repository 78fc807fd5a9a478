import type { Failure } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { allowedScopes } from '../../clients/index.ts'
import { meaningOf } from '../../mfa/index.ts'
import { claimValues, parseClaims } from '../claims.ts'
import { oauthFailures } from '../failures.ts'
import type { IdTokenHint } from '../id-token.ts'
import { grantScopes, parseScope } from '../scope.ts'
import type { AuthorizationRequest, Prompt } from './request.ts'
import { requestChecks } from './request-checks.ts'
import type { Source } from './source.ts'

export type CheckInput = Pick<Source, 'parameters' | 'lists' | 'signed' | 'pushed' | 'dpopJkt'> & {
  readonly client: Client
  readonly hint: (token: string) => Promise<IdTokenHint | undefined>
}

type Part = Partial<AuthorizationRequest>
/** One rule: what it adds to the request, or the failure that the client is told by redirect. */
export type Check = (input: CheckInput) => Part | Failure | Promise<Part | Failure>

const responseType: Check = ({ parameters, client }) => {
  const type = parameters.get('response_type')
  const parameter = 'response_type'
  if (type === undefined) return oauthFailures.missing_parameter({ parameter })
  if (type !== 'code') return oauthFailures.unsupported_response_type({ parameter })
  return client.metadata.grant_types.includes('authorization_code')
    ? {}
    : oauthFailures.grant_not_allowed({ parameter })
}

const responseMode: Check = ({ parameters }) => {
  const mode = parameters.get('response_mode') ?? 'query'
  const known = mode === 'query' || mode === 'form_post'
  return known ? {} : oauthFailures.unsupported_response_mode({ parameter: 'response_mode' })
}

const scope: Check = ({ parameters, client }) => {
  const asked = parseScope(parameters.get('scope'))
  const refused = oauthFailures.invalid_scope({ parameter: 'scope' })
  if (asked === undefined) return refused
  const granted = grantScopes(asked, allowedScopes(client))
  if (!granted.ok) return refused
  // OIDC Core 11: offline access needs consent, so a client that never asks for it may not refresh.
  return { scopes: granted.scopes }
}

const pkce: Check = ({ parameters, client }) => {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) {
    if (method !== undefined)
      return oauthFailures.missing_parameter({ parameter: 'code_challenge' })
    // RFC 9700 section 2.1.1; only a confidential client may be exempted.
    return client.metadata.require_pkce
      ? oauthFailures.pkce_required({ parameter: 'code_challenge' })
      : {}
  }
  if (method !== 'S256') return oauthFailures.pkce_method({ parameter: 'code_challenge_method' }) // RFC 7636 section 4.2
  return /^[\w-]{43}$/.test(challenge)
    ? { codeChallenge: challenge }
    : oauthFailures.malformed_parameter({ parameter: 'code_challenge' })
}

const knownPrompts = new Set(['none', 'login', 'consent', 'select_account'])

const prompt: Check = ({ parameters }) => {
  const asked = parameters.get('prompt')?.split(' ') ?? []
  const refused = oauthFailures.malformed_parameter({ parameter: 'prompt' })
  if (!asked.every((value): value is Prompt => knownPrompts.has(value))) return refused
  if (asked.includes('none') && asked.length > 1) return refused // OIDC Core 3.1.2.1
  return { prompts: new Set(asked) }
}

const maxAge: Check = ({ parameters, client }) => {
  const text = parameters.get('max_age')
  if (text === undefined) return { maxAge: client.metadata.default_max_age }
  return /^\d{1,9}$/.test(text)
    ? { maxAge: Number(text) }
    : oauthFailures.malformed_parameter({ parameter: 'max_age' })
}

const claims: Check = ({ parameters }) => {
  const text = parameters.get('claims')
  if (text === undefined) return {}
  const parsed = parseClaims(text)
  if (parsed === undefined) return oauthFailures.malformed_parameter({ parameter: 'claims' })
  const subject = parsed.id_token?.sub?.value
  return { claims: parsed, ...(typeof subject === 'string' && { subject }) }
}

/** What is asked of the authentication; what we do not know of it is passed over where it is voluntary. */
const acr: Check = ({ parameters, client }) => {
  const claim = parseClaims(parameters.get('claims') ?? '{}')?.id_token?.acr
  const asked = claim == null ? undefined : claimValues(claim)
  const text = parameters.get('acr_values')
  const wished = asked ?? text?.split(' ') ?? client.metadata.default_acr_values ?? []
  const values = wished.filter((value) => meaningOf(value) !== undefined)
  const essential = asked !== undefined && claim?.essential === true
  // OIDC Core 5.5.1.1: an essential acr that cannot be reached is a failed authentication.
  if (essential && values.length === 0) {
    return oauthFailures.unmet_authentication({ parameter: 'claims' })
  }
  return values.length === 0 ? {} : { acr: { values, essential } }
}

const idTokenHint: Check = async ({ parameters, hint }) => {
  const token = parameters.get('id_token_hint')
  if (token === undefined) return {}
  const read = await hint(token)
  return read === undefined
    ? oauthFailures.malformed_parameter({ parameter: 'id_token_hint' })
    : { subject: read.subject }
}

const rest: Check = ({ parameters }) => ({
  nonce: parameters.get('nonce'),
  loginHint: parameters.get('login_hint'),
  redirectUriSent: parameters.has('redirect_uri'),
})

/** The rules of an authorization request in the order in which they are judged. */
export const checks: readonly Check[] = [
  ...requestChecks,
  responseType,
  responseMode,
  scope,
  pkce,
  prompt,
  maxAge,
  claims,
  acr,
  idTokenHint,
  rest,
]
