import { Failure } from '../../base/index.ts'
import { locationOf, nextStep, outlookOf } from '../../flow/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { confirmPath, readResources, scopeWords } from '../../login/index.ts'
import { mfaFailures } from '../../mfa/index.ts'
import { answerBackchannel, approvalFor } from '../../oauth/index.ts'
import { provedBy } from '../../session/index.ts'
import type { Call, Form } from '../pages/door.ts'
import { isFreshCall, onForm, onPage } from '../pages/door.ts'
import type { AccountPageNeeds } from '../pages/needs.ts'
import { fieldOf } from '../pages/resident.ts'
import { noticeNamed } from '../pages/views/notices.ts'
import { requestsPage } from './requests-page.ts'
import type { WaitingRequest } from './waiting-requests.ts'
import { judgeAnswer, waitingRequests } from './waiting-requests.ts'

const schema = { hide: true }
const path = '/account/applications/requests'

/** Where a person answers what applications ask by the back channel (CIBA). */
export function backchannelPages(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => show(needs, call)),
  )
  surface.post(
    `${path}/answer`,
    { schema },
    onForm(needs, (call, form) => answer(needs, call, form), { back: path }),
  )
}

async function show(
  needs: AccountPageNeeds,
  { t, user, hidden, link, request, reply }: Call,
): Promise<Reply> {
  const waiting = await waitingRequests(needs, user.id)
  const cards = waiting.map(async ({ request: asked, client }) => {
    const resources = await readResources(needs, asked.asked.resources)
    const scopes = scopeWords(t, asked.asked.scopes, resources).map(({ words }) => words)
    return { request: asked, client, scopes, places: resources.map(({ name }) => name) }
  })
  const page = requestsPage({
    t,
    link,
    hidden,
    notice: noticeNamed(fieldOf(request.query, 'notice')),
    zone: user.profile.zoneinfo,
    cards: await Promise.all(cards),
  })
  return needs.pages.send(reply, page)
}

async function answer(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const { user } = call
  const waiting = await waitingRequests(needs, user.id)
  const found = waiting.find(({ request }) => request.id === form.get('request'))
  if (found === undefined) return call.go(`${path}?notice=request-over`)
  const allowed = form.get('decision') === 'allow'
  if (allowed && !(await isFreshCall(needs, call))) return call.go(confirmPath(path))
  const missing = allowed ? await stepUp(needs, call, found) : undefined
  if (missing !== undefined) return call.go(missing)
  return call.go(`${path}?notice=${await take(needs, call, { found, allowed })}`)
}

type Answered = { readonly found: WaitingRequest; readonly allowed: boolean }

/** What the page says afterwards. */
async function take(
  needs: AccountPageNeeds,
  { user, session, request }: Call,
  { found, allowed }: Answered,
): Promise<string> {
  const { id, asked } = found.request
  const proof = {
    sessionId: session.id,
    sessionEnds: session.expiresAt.getTime(),
    proved: provedBy(session),
  }
  const approval = allowed ? approvalFor(asked, proof) : null
  try {
    await answerBackchannel(needs, id, { userId: user.id, approval, origin: originOf(request) })
    return allowed ? 'request-allowed' : 'request-denied'
  } catch (error) {
    // Answered in another tab, or too late.
    if (!(error instanceof Failure) || error.kind.status !== 404) throw error
    return 'request-over'
  }
}

/** Where to prove more first, if who asks wants more than the session stands for. */
async function stepUp(
  needs: AccountPageNeeds,
  { session, request, reply }: Call,
  found: WaitingRequest,
): Promise<string | undefined> {
  const judgement = await judgeAnswer(needs, found, provedBy(session))
  if (judgement.do === 'pass') return undefined
  if (judgement.do === 'refuse') throw mfaFailures.no_way_in()
  const { asked, clientId } = found.request
  const flow = await needs.visits.begin(request, reply, {
    resume: path,
    request: {},
    clientId,
    scopes: asked.scopes,
    authenticatedSince: 0,
    forceConsent: false,
    asksItself: true,
    ...(asked.acr !== undefined && { acr: asked.acr }),
  })
  return locationOf(nextStep(flow, session, await outlookOf(needs, flow, session)), flow)
}
