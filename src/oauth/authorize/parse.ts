import { Failure } from '../../base/index.ts'
import type { ClientCache } from '../../clients/index.ts'
import { oauthFailures } from '../failures.ts'
import type { IdTokenHint } from '../id-token.ts'
import { chooseMode } from '../response/response-mode.ts'
import type { CheckNeeds } from './checks.ts'
import { checks } from './checks.ts'
import type { ValidatedRedirect } from './redirect.ts'
import { validateRedirect } from './redirect.ts'
import type { AuthorizationRequest } from './request.ts'
import type { Source } from './source.ts'

export type ParseNeeds = CheckNeeds & {
  readonly clients: ClientCache
  readonly hint: (token: string) => Promise<IdTokenHint | undefined>
}

export type Parsed =
  | { readonly ok: true; readonly request: AuthorizationRequest }
  | { readonly ok: false; readonly redirect: ValidatedRedirect; readonly failure: Failure }

/**
 * Judges an authorization request. Who asks and where the answer goes must be sure first: without that
 * it throws, and the person sees a page (RFC 6749 section 4.1.2.1). Later failures go to the client.
 */
export async function parseAuthorization(needs: ParseNeeds, source: Source): Promise<Parsed> {
  const { parameters, problems } = source
  for (const name of sureFirst) throwIfBroken(problems.get(name))
  const clientId = parameters.get('client_id')
  if (clientId === undefined) throw oauthFailures.missing_parameter({ parameter: 'client_id' })
  const client = await needs.clients.find(clientId)
  if (client === undefined) throw oauthFailures.unknown_client({ parameter: 'client_id' })
  const uri = parameters.get('redirect_uri')
  const { mode } = chooseMode(parameters, client.metadata)
  const redirect = validateRedirect(client, { uri, mode, state: parameters.get('state') })
  if (redirect === undefined) {
    throw uri === undefined
      ? oauthFailures.missing_parameter({ parameter: 'redirect_uri' })
      : oauthFailures.unregistered_redirect({ parameter: 'redirect_uri' })
  }
  const [problem] = problems.values()
  if (problem !== undefined) return { ok: false, redirect, failure: problem }
  let parts: Partial<AuthorizationRequest> = {}
  for (const check of checks) {
    const part = await check({ ...source, client, needs, hint: needs.hint })
    if (part instanceof Failure) return { ok: false, redirect, failure: part }
    parts = { ...parts, ...part }
  }
  return { ok: true, request: complete(parts, { client, redirect }) }
}

/** What decides where an answer goes; a problem with one of these is shown to the person. */
const sureFirst = ['client_id', 'redirect_uri', 'response_mode']

function throwIfBroken(problem: Failure | undefined): void {
  if (problem !== undefined) throw problem
}

function complete(
  parts: Partial<AuthorizationRequest>,
  base: Pick<AuthorizationRequest, 'client' | 'redirect'>,
): AuthorizationRequest {
  const { responseType = 'code', scopes = [], prompts = new Set(), resources = [] } = parts
  const { codeChallenge, nonce, maxAge, claims, acr, loginHint, subjects } = parts
  const { redirectUriSent = false, details, dpopJkt } = parts
  return {
    ...base,
    responseType,
    scopes,
    prompts,
    redirectUriSent,
    codeChallenge,
    nonce,
    maxAge,
    claims,
    acr,
    loginHint,
    subjects,
    resources,
    details,
    dpopJkt,
  }
}
