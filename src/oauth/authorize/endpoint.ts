import type { Failure, Random } from '../../base/index.ts'
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
import type { IdTokenHint } from '../id-token.ts'
import type { Decision } from './decide.ts'
import { decideAuthorization } from './decide.ts'
import { issueCode } from './issue-code.ts'
import { parseAuthorization } from './parse.ts'
import type { ValidatedRedirect } from './redirect.ts'
import type { AuthorizationRequest } from './request.ts'
import type { Source } from './source.ts'
import { readSource } from './source.ts'

/** What the browser is told: an answer to the client, or the pages. */
export type Answer =
  | {
      readonly to: 'client'
      readonly redirect: ValidatedRedirect
      readonly parameters: Readonly<Record<string, string | undefined>>
    }
  | { readonly to: 'pages'; readonly location: string }

export type AuthorizeNeeds = OutlookNeeds & {
  readonly random: Random
  readonly issuer: string
  readonly codeLifetime: number
  readonly hint: (token: string) => Promise<IdTokenHint | undefined>
}

/** The browser behind a request, as far as this endpoint cares. */
export type Visitor = {
  readonly session: Session | undefined
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
  return act(needs, parsed.request, decision, () =>
    beginPages(source, parsed.request, decision, visitor),
  )
}

/** Comes back from the pages: the request is judged anew, since client and person may have changed. */
export async function resume(
  needs: AuthorizeNeeds,
  flow: Flow | undefined,
  session: Session | undefined,
): Promise<Answer> {
  if (flow?.clientId === undefined) throw flowFailures.gone()
  const parsed = await parseAuthorization(needs, rememberedSource(flow))
  if (!parsed.ok) return failed(needs, parsed.redirect, parsed.failure)
  const { request } = parsed
  if (isOfAnother(session)) return failed(needs, request.redirect, oauthFailures.access_denied())
  const step = nextStep(flow, session, await outlookOf(needs, flow, session))
  if (step === 'password' || session === undefined) {
    return { to: 'pages', location: locationOf('password', flow) }
  }
  if (request.subject !== undefined && request.subject !== session.userId) {
    return failed(needs, request.redirect, oauthFailures.login_required()) // OIDC Core 3.1.2.2
  }
  if (step === 'refused') {
    return failed(needs, request.redirect, oauthFailures.unmet_authentication()) // OIDC Core 5.5.1.1
  }
  if (step !== 'done') return { to: 'pages', location: locationOf(step, flow) }
  if (consentOf(flow, session) === 'denied') {
    return failed(needs, request.redirect, oauthFailures.access_denied())
  }
  return act(needs, request, { do: 'issue', session }, () => Promise.reject(flowFailures.gone()))
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
  const { client, scopes, acr: wish } = request
  const [{ needed, covered }, judgement] = await Promise.all([
    consentState(needs.db, client, session?.userId, scopes),
    judgeSession(needs, session, { client, wish }),
  ])
  const now = needs.clock.now()
  return decideAuthorization(request, {
    session,
    judgement,
    consentNeeded: needed,
    consentCovered: covered,
    now,
  })
}

async function act(
  needs: AuthorizeNeeds,
  request: AuthorizationRequest,
  decision: Decision,
  pages: () => Promise<Answer>,
): Promise<Answer> {
  switch (decision.do) {
    case 'refuse':
      return failed(needs, request.redirect, decision.failure)
    case 'interact':
      return pages()
    case 'issue': {
      const code = await issueCode(needs, request, decision.session)
      const { redirect } = request
      return {
        to: 'client',
        redirect,
        parameters: { code, state: redirect.state, iss: needs.issuer },
      } // RFC 9207
    }
  }
}

function rememberedSource({ request, source }: Flow): Source {
  const { lists = {}, signed = false, pushed = false, dpopJkt } = source ?? {}
  return {
    parameters: new Map(Object.entries(request)),
    lists: new Map(Object.entries(lists)),
    problems: new Map(),
    signed,
    pushed,
    dpopJkt,
  }
}

async function beginPages(
  { parameters, lists, signed, pushed, dpopJkt }: Source,
  request: AuthorizationRequest,
  decision: Decision,
  visitor: Visitor,
): Promise<Answer> {
  const flow = await visitor.begin({
    resume: '/oauth/authorize/resume',
    request: Object.fromEntries(parameters),
    source: {
      lists: Object.fromEntries(lists),
      signed,
      pushed,
      ...(dpopJkt !== undefined && { dpopJkt }),
    },
    clientId: request.client.clientId,
    scopes: request.scopes,
    authenticatedSince: decision.do === 'interact' ? decision.authenticatedSince : 0,
    forceConsent: request.prompts.has('consent'),
    formTarget: new URL(request.redirect.uri).protocol,
    ...(request.acr !== undefined && { acr: request.acr }),
    ...(request.loginHint !== undefined && { loginHint: request.loginHint }),
  })
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
