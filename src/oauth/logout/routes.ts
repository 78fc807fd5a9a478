import { html } from 'ghtml'
import type { Random } from '../../base/index.ts'
import type { Flow, FlowStart } from '../../flow/index.ts'
import { flowFailures } from '../../flow/index.ts'
import type { Languages, Parameters, Reply, Request, Surface } from '../../http/index.ts'
import { framedHeaders, parseParameters } from '../../http/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { Session } from '../../session/index.ts'
import { keepPosted, readPosted } from '../posted-request.ts'
import { browserEndpoint, LogoutQuery } from '../schemas.ts'
import type { LogoutNeeds } from './decide-logout.ts'
import { decideLogout } from './decide-logout.ts'

/** The browser that asks to be signed out. */
export type LeavingBrowser = {
  readonly session: (request: Request) => Promise<Session | undefined>
  readonly begin: (request: Request, reply: Reply, start: FlowStart) => Promise<Flow>
  /** Ends the session and tells where the browser goes. */
  readonly signOut: (
    exchange: { readonly request: Request; readonly reply: Reply },
    session: Session,
    onward: { readonly to: string; readonly uiLocales: string | undefined },
  ) => Promise<string>
}

export type LogoutRoutesNeeds = LogoutNeeds & {
  readonly browser: LeavingBrowser
  readonly languages: Languages
  readonly kv: Kv
  readonly random: Random
}

const hidden = { hide: true }
const consumes = ['application/x-www-form-urlencoded']
const postedPath = '/oauth/logout/posted'

/** OpenID Connect RP-Initiated Logout 1.0, and the frame of Session Management 1.0. */
export function logoutRoutes(surface: Surface, needs: LogoutRoutesNeeds): void {
  const summary = 'Where a browser is sent to sign out (RP-Initiated Logout 1.0)'
  const get = { ...browserEndpoint, operationId: 'endSession', summary, querystring: LogoutQuery }
  surface.get('/oauth/logout', { schema: get }, async (request, reply) =>
    logout(needs, request, reply, parseParameters(request.query)),
  )
  const post = {
    ...browserEndpoint,
    operationId: 'postEndSession',
    summary,
    consumes,
    body: LogoutQuery,
  }
  surface.post('/oauth/logout', { schema: post }, async (request, reply) => {
    const parameters = parseParameters(request.body)
    const session = await needs.browser.session(request)
    if (session !== undefined) return logout(needs, request, reply, parameters)
    // Only what is sound is kept.
    await decideLogout(needs, parameters, session)
    const known = [...parameters].filter(([name]) => name in LogoutQuery.properties)
    return reply.redirect(await keepPosted(needs, postedPath, Object.fromEntries(known)), 303)
  })
  surface.get(postedPath, { schema: hidden }, async (request, reply) => {
    const id = parseParameters(request.query).get('request')
    const posted = await readPosted(needs, postedPath, id)
    if (posted === undefined) throw flowFailures.gone()
    return logout(needs, request, reply, parseParameters(posted))
  })
  surface.get('/oauth/session', { schema: hidden }, (_request, reply) =>
    reply.headers(framedHeaders).type('text/html; charset=utf-8').send(sessionFrame),
  )
}

async function logout(
  needs: LogoutRoutesNeeds,
  request: Request,
  reply: Reply,
  parameters: Parameters,
): Promise<Reply> {
  const { browser, languages } = needs
  const session = await browser.session(request)
  const { confirmed, client, continueTo } = await decideLogout(needs, parameters, session)
  const uiLocales = parameters.get('ui_locales') // RP-Initiated Logout 1.0 section 2
  const to = continueTo ?? languages.keep(request, '/logout/done')
  if (session === undefined) return reply.redirect(to, 303)
  if (!confirmed) {
    const asked = {
      ...(uiLocales !== undefined && { ui_locales: uiLocales }),
      ...(client && { client_id: client.clientId }),
    }
    const flow = await browser.begin(request, reply, confirmation(asked, to))
    return reply.redirect(`/logout?flow=${flow.id}`, 303)
  }
  return reply.redirect(await browser.signOut({ request, reply }, session, { to, uiLocales }), 303)
}

function confirmation(request: Readonly<Record<string, string>>, resume: string): FlowStart {
  return {
    resume,
    request,
    scopes: [],
    authenticatedSince: 0,
    forceConsent: false,
    // Only a place outside is a target that the pages must allow.
    ...(URL.canParse(resume) && { formTarget: new URL(resume).protocol }),
  }
}

/** Session Management 1.0 section 3.2: loaded by clients in a hidden frame, and nothing but a script. */
const sessionFrame = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Session</title>
<script type="module" src="/assets/session-state.js"></script>
</html>
`
