/**
 * authorize: the authorization endpoint, from the request to an answer or the pages (RFC 6749 section 3.1).
 * `source.ts` finds the parameters, `parse.ts` and the lists of checks judge them, `decide.ts` compares them with
 * who is there. Promises that nobody is sent anywhere until client and redirect URI belong together.
 */

import type { ClientId } from '../../base/index.ts'
import { Failure, randomToken } from '../../base/index.ts'
import { consentState } from '../../clients/index.ts'
import type { Flow, FlowStart, OutlookNeeds } from '../../flow/index.ts'
import {
  consentOf,
  flowFailures,
  judgeSession,
  locationOf,
  nextStep,
  outlookOf,
} from '../../flow/index.ts'
import type { ReadParameters } from '../../http/index.ts'
import type { Session } from '../../session/index.ts'
import { oauthFailures } from '../failures.ts'
import { sessionState } from '../logout/session-state.ts'
import { usePushed } from '../pushed/pushed-requests.ts'
import { requestFailures } from '../request-object/failures.ts'
import type { IssueResponseNeeds } from '../response/issue-response.ts'
import { issueResponse } from '../response/issue-response.ts'
import { isSubset } from '../scope.ts'
import type { Decision } from './decide.ts'
import { decideAuthorization, isAsked } from './decide.ts'
import type { ParseNeeds } from './parse.ts'
import { parseAuthorization } from './parse.ts'
import type { ValidatedRedirect } from './redirect.ts'
import type { AuthorizationRequest } from './request.ts'
import { matterOf } from './request.ts'
import type { Source, SourceNeeds } from './source.ts'
import { readSource } from './source.ts'

/** What the browser is told: an answer to the client, or the pages. */
export type Answer =
  | {
      readonly to: 'client'
      readonly redirect: ValidatedRedirect
      readonly parameters: Readonly<Record<string, string | undefined>>
    }
  | { readonly to: 'pages'; readonly location: string }

export type AuthorizeNeeds = OutlookNeeds &
  SourceNeeds &
  ParseNeeds &
  IssueResponseNeeds & {
    /** A client was given tokens here; a code is counted when it is redeemed. */
    readonly countImplicit: (client: ClientId) => void
  }

/** Who is signed in, and what scripts of clients may know of it (OIDC Session Management 1.0). */
export type SignedIn = { readonly session: Session | undefined; readonly browserState: string }

/** The browser behind a request, as far as this endpoint cares. */
export type Visitor = SignedIn & {
  readonly begin: (start: FlowStart) => Promise<Flow>
}

export async function authorize(
  needs: AuthorizeNeeds,
  read: ReadParameters,
  visitor: Visitor,
): Promise<Answer> {
  const source = await readSource(needs, read)
  const parsed = await parseAuthorization(needs, source)
  if (!parsed.ok) return failed(needs, parsed.redirect, parsed.failure)
  if (isOfAnother(visitor.session))
    return failed(needs, parsed.request.redirect, oauthFailures.access_denied())
  const decision = await decide(needs, parsed.request, visitor.session)
  switch (decision.do) {
    case 'refuse':
      return failed(needs, parsed.request.redirect, decision.failure)
    case 'interact':
      return beginPages(source, parsed.request, decision, visitor)
    case 'issue': {
      const first = await usesUp(needs, source, parsed.request, randomToken(needs.random, 16))
      if (!first) return answeredBefore(needs, parsed.request)
      return issued(needs, parsed.request, decision.session, visitor.browserState)
    }
  }
}

/** Comes back from the pages: the request is judged anew, since client and person may have changed. */
export async function resume(
  needs: AuthorizeNeeds,
  flow: Flow | undefined,
  { session, browserState }: SignedIn,
): Promise<Answer> {
  if (flow?.clientId === undefined) throw flowFailures.gone()
  const source = rememberedSource(flow)
  const parsed = await parseAuthorization(needs, source)
  if (!parsed.ok) return failed(needs, parsed.redirect, parsed.failure)
  const { request } = parsed
  if (!isAsShown(flow, request)) throw flowFailures.gone()
  if (isOfAnother(session)) return failed(needs, request.redirect, oauthFailures.access_denied())
  const step = nextStep(flow, session, await outlookOf(needs, flow, session))
  if (step === 'password' || session === undefined) {
    return { to: 'pages', location: locationOf('password', flow) }
  }
  if (!isAsked(request, needs.subjects.of(request.client, session.userId))) {
    return failed(needs, request.redirect, oauthFailures.login_required()) // OIDC Core 3.1.2.2
  }
  if (step === 'refused') {
    return failed(needs, request.redirect, oauthFailures.unmet_authentication()) // OIDC Core 5.5.1.1
  }
  if (step !== 'done') return { to: 'pages', location: locationOf(step, flow) }
  if (!(await usesUp(needs, source, request, flow.id))) return answeredBefore(needs, request)
  if (consentOf(flow, session) === 'denied') {
    return failed(needs, request.redirect, oauthFailures.access_denied())
  }
  return issued(needs, request, session, browserState)
}

/** Whoever registered itself may change what it is registered for, or where, while a person reads what it asks. */
function isAsShown(flow: Flow, request: AuthorizationRequest): boolean {
  const { scopes, resources } = matterOf(request)
  return (
    flow.redirectUri === request.redirect.uri &&
    isSubset(scopes, flow.scopes) &&
    isSubset(resources, flow.resources ?? [])
  )
}

/** Whether this is the journey that answers a pushed request; a reload of its end is the same journey. */
async function usesUp(
  needs: AuthorizeNeeds,
  { requestUri: uri }: Source,
  { client }: AuthorizationRequest,
  by: string,
): Promise<boolean> {
  return uri === undefined || usePushed(needs, client.clientId, { uri, by })
}

function answeredBefore(needs: AuthorizeNeeds, { redirect }: AuthorizationRequest): Answer {
  return failed(needs, redirect, requestFailures.invalid_request_uri({ log: { why: 'used' } }))
}

/** An administrator sees the account of somebody else here, and is not let into applications as that person. */
function isOfAnother(session: Session | undefined): boolean {
  return session !== undefined && session.impersonator !== null
}

async function decide(
  needs: AuthorizeNeeds,
  request: AuthorizationRequest,
  session: Session | undefined,
): Promise<Decision> {
  const { client, acr: wish } = request
  const [{ needed, covered }, judgement] = await Promise.all([
    consentState(needs.db, client, session?.userId, matterOf(request)),
    judgeSession(needs, session, { client, wish }),
  ])
  const now = needs.clock.now()
  return decideAuthorization(request, {
    session,
    subject: session && needs.subjects.of(client, session.userId),
    judgement,
    consentNeeded: needed,
    consentCovered: covered,
    now,
  })
}

async function issued(
  needs: AuthorizeNeeds,
  request: AuthorizationRequest,
  session: Session,
  browserState: string,
): Promise<Answer> {
  const { redirect } = request
  try {
    const brought = await issueResponse(needs, request, session)
    const { clientId } = request.client
    if (request.responseType.startsWith('id_token')) needs.countImplicit(clientId)
    // OIDC Session Management 1.0 section 2: an answer about an authentication names its session.
    const session_state = request.scopes.includes('openid')
      ? sessionState(needs, { clientId, redirectUri: redirect.uri, browserState })
      : undefined
    const { state } = redirect
    const parameters = { ...brought, state, iss: needs.issuer, session_state } // RFC 9207
    return { to: 'client', redirect, parameters }
  } catch (error) {
    if (error instanceof Failure && error.kind.status < 500) return failed(needs, redirect, error)
    throw error
  }
}

function rememberedSource({ request, source }: Flow): Source {
  const { lists = {}, signed = false, pushed = false, dpopJkt, requestUri } = source ?? {}
  return {
    parameters: new Map(Object.entries(request)),
    lists: new Map(Object.entries(lists)),
    problems: new Map(),
    signed,
    pushed,
    dpopJkt,
    requestUri,
  }
}

async function beginPages(
  { parameters, lists, signed, pushed, dpopJkt, requestUri }: Source,
  request: AuthorizationRequest,
  decision: Decision & { readonly do: 'interact' },
  visitor: Visitor,
): Promise<Answer> {
  const { scopes, resources } = matterOf(request)
  const flow = await visitor.begin({
    resume: '/oauth/authorize/resume',
    request: Object.fromEntries(parameters),
    source: {
      lists: Object.fromEntries(lists),
      signed,
      pushed,
      ...(dpopJkt !== undefined && { dpopJkt }),
      ...(requestUri !== undefined && { requestUri }),
    },
    clientId: request.client.clientId,
    redirectUri: request.redirect.uri,
    scopes,
    resources,
    ...(request.details !== undefined && { details: request.details }),
    authenticatedSince: decision.authenticatedSince,
    ...(decision.chooseSince !== undefined && { chooseSince: decision.chooseSince }),
    forceConsent: request.prompts.has('consent'),
    formTarget: new URL(request.redirect.uri).protocol,
    ...(request.acr !== undefined && { acr: request.acr }),
    ...(request.loginHint !== undefined && { loginHint: request.loginHint }),
  })
  // Initiating User Registration 1.0 section 4.1; whoever has an account finds the way to sign in there.
  if (request.prompts.has('create')) return { to: 'pages', location: `/register?flow=${flow.id}` }
  return { to: 'pages', location: locationOf('password', flow) }
}

function failed(needs: AuthorizeNeeds, redirect: ValidatedRedirect, failure: Failure): Answer {
  const parameters = {
    error: failure.kind.code,
    error_description: failure.words,
    state: redirect.state,
    iss: needs.issuer,
  }
  return { to: 'client', redirect, parameters }
}
