import type { Failure } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { allowedScopes, demandsOf } from '../../clients/index.ts'
import { meaningOf } from '../../mfa/index.ts'
import { claimValues, parseClaims, permittedClaims } from '../claims.ts'
import { oauthFailures } from '../failures.ts'
import type { IdTokenHint } from '../id-token.ts'
import type { ResponseCheckNeeds } from '../response/response-checks.ts'
import { responseChecks } from '../response/response-checks.ts'
import { issuedBy, readResponseType } from '../response/response-type.ts'
import { grantScopes, parseScope } from '../scope.ts'
import type { AuthorizationRequest, Prompt } from './request.ts'
import { promptValues } from './request.ts'
import type { RequestCheckNeeds } from './request-checks.ts'
import { requestChecks } from './request-checks.ts'
import type { Source } from './source.ts'

export type CheckNeeds = RequestCheckNeeds &
  ResponseCheckNeeds & {
    /** Whether people may make themselves an account. */
    readonly signUp: { readonly mode: 'open' | 'invitation' | 'closed' }
  }

export type CheckInput = Pick<Source, 'parameters' | 'lists' | 'signed' | 'pushed' | 'dpopJkt'> & {
  readonly client: Client
  readonly hint: (token: string) => Promise<IdTokenHint | undefined>
  readonly needs: CheckNeeds
}

type Part = Partial<AuthorizationRequest>
/** One rule: what it adds to the request, or the failure that the client is told by redirect. */
export type Check = (input: CheckInput) => Part | Failure | Promise<Part | Failure>

/** What the answer will bring; nothing where the type is not known, which was refused before. */
function issued({ parameters }: Pick<CheckInput, 'parameters'>) {
  return issuedBy(readResponseType(parameters.get('response_type')) ?? 'none')
}

const scope: Check = (input) => {
  const { parameters, client } = input
  const asked = parseScope(parameters.get('scope'))
  const refused = oauthFailures.invalid_scope({ parameter: 'scope' })
  if (asked === undefined) return refused
  const granted = grantScopes(asked, allowedScopes(client))
  if (!granted.ok) return refused
  // OIDC Core 11: without a code there is nothing that could go on while the person is away.
  const { code } = issued(input)
  return { scopes: granted.scopes.filter((scope) => code || scope !== 'offline_access') }
}

const pkce: Check = (input) => {
  const { parameters, client } = input
  if (!issued(input).code) return {} // RFC 7636 section 4.3: it protects a code
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) {
    if (method !== undefined)
      return oauthFailures.missing_parameter({ parameter: 'code_challenge' })
    // RFC 9700 section 2.1.1; only a confidential client may be exempted.
    return demandsOf(client).pkce
      ? oauthFailures.pkce_required({ parameter: 'code_challenge' })
      : {}
  }
  if (method !== 'S256') return oauthFailures.pkce_method({ parameter: 'code_challenge_method' }) // RFC 7636 section 4.2
  return /^[\w-]{43}$/.test(challenge)
    ? { codeChallenge: challenge }
    : oauthFailures.malformed_parameter({ parameter: 'code_challenge' })
}

const prompt: Check = ({ parameters, needs }) => {
  const known: readonly string[] = promptValues(needs.signUp.mode)
  const asked = parameters.get('prompt')?.split(' ') ?? []
  const refused = oauthFailures.malformed_parameter({ parameter: 'prompt' })
  if (!asked.every((value): value is Prompt => known.includes(value))) return refused
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

const claims: Check = (input) => {
  const text = input.parameters.get('claims')
  if (text === undefined) return {}
  const parsed = parseClaims(text)
  if (parsed === undefined) return oauthFailures.malformed_parameter({ parameter: 'claims' })
  const { code, token } = issued(input)
  // OIDC Core 5.5: what UserInfo is asked for takes an access token to ask it with.
  if (parsed.userinfo !== undefined && !code && !token) {
    return oauthFailures.userinfo_claims({ parameter: 'claims' })
  }
  return { claims: permittedClaims(parsed, allowedScopes(input.client)) }
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

/** Who must be signed in: whom the hint is about (OIDC Core 3.1.2.1) and whose `sub` is asked for (5.5.1). */
const subjects: Check = async ({ parameters, client, hint }) => {
  const sub = parseClaims(parameters.get('claims') ?? '{}')?.id_token?.sub
  const asked = sub == null ? undefined : claimValues(sub)
  const token = parameters.get('id_token_hint')
  if (token === undefined) return { subjects: asked }
  const read = await hint(token)
  // What was told to another client says nothing in the words of this one.
  if (read === undefined || read.clientId !== client.clientId) {
    return oauthFailures.malformed_parameter({ parameter: 'id_token_hint' })
  }
  const { subject } = read
  return { subjects: asked?.filter((one) => one === subject) ?? [subject] }
}

const rest: Check = ({ parameters }) => ({
  nonce: parameters.get('nonce'),
  loginHint: parameters.get('login_hint'),
  redirectUriSent: parameters.has('redirect_uri'),
})

/** The rules of an authorization request in the order in which they are judged. */
export const checks: readonly Check[] = [
  ...requestChecks,
  ...responseChecks,
  scope,
  pkce,
  prompt,
  maxAge,
  claims,
  acr,
  subjects,
  rest,
]
