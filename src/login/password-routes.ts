import { Failure, failures } from '../base/index.ts'
import type { Flow } from '../flow/index.ts'
import { consentQuestion } from '../flow/index.ts'
import type { Reply, Surface } from '../http/index.ts'
import { parseParameters } from '../http/index.ts'
import type { Words } from '../i18n/index.ts'
import type { Judgement } from '../identity/index.ts'
import { offerReactivation } from '../identity/index.ts'
import { passwordProof } from '../mfa/index.ts'
import { puzzleFor } from './admission/challenge.ts'
import type { PasswordAttempt } from './admission/prove-password.ts'
import { provePassword } from './admission/prove-password.ts'
import { enter } from './arrival/arrive.ts'
import { continueAt } from './continue.ts'
import type { LoginNeeds } from './needs.ts'
import type { Exchange } from './page-form.ts'
import { deskOf, flowOf } from './page-form.ts'
import { returnPath } from './return-path.ts'
import { loginPage } from './views/login-page.ts'

const schema = { hide: true }
/** Constant words for every wrong proof (ASVS 6.3.8). */
const loginFailures = failures({
  wrong: ['invalid_credentials', 400, 'The username, email or password is not correct.'],
})
/** What another page may have said here, by name: the words never come from the address. */
const notices: ReadonlyMap<string, Words> = new Map([
  ['password-changed', 'Your password is changed. Sign in with it.'],
  ['account-back', 'Your account is back. Sign in as before.'],
])

export function passwordRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/login', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const form = formOf(request.query)
    const flow = await flowOf(needs, exchange, form)
    const session = await needs.visits.session(request)
    const { step, location } = await continueAt(needs, flow, session)
    if (step !== 'password') return reply.redirect(location, 303)
    const { notice, return: back } = form
    const state = { identifier: flow?.loginHint ?? '', notice, back }
    return show(needs, exchange, flow, state)
  })
  surface.post('/login', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const form = formOf(request.body)
    needs.csrf.check(request, needs.cookies.browser(request, reply), form.csrf)
    const flow = await flowOf(needs, exchange, form)
    const { identifier = '', password = '', return: back } = form
    const remember = form.remember === 'yes'
    const attempt = { identifier, password, clientId: flow?.clientId }
    const judgement = await prove(needs, exchange, attempt)
    if (judgement instanceof Failure) {
      return show(needs, exchange, flow, { identifier, remember, back, refusal: judgement })
    }
    if (!judgement.ok && judgement.left !== undefined) {
      const token = await offerReactivation(needs, judgement.left)
      const { link } = deskOf(needs, exchange, flow)
      return reply.redirect(link(`/reactivate?token=${token}`), 303)
    }
    if (!judgement.ok) {
      const refusal = loginFailures.wrong()
      return show(needs, exchange, flow, { identifier, remember, back, refusal })
    }
    const proved = passwordProof(needs.clock)
    const capable = form.passkeys === 'yes'
    const arrival = { person: judgement.user, proved, flow, remember, back, capable }
    return enter(needs, exchange, arrival)
  })
}

/** Too early an attempt, or one without the proof of work, leaves the form as it was. */
async function prove(
  needs: LoginNeeds,
  exchange: Exchange,
  attempt: PasswordAttempt,
): Promise<Judgement | Failure> {
  try {
    return await provePassword(needs, exchange, attempt)
  } catch (error) {
    const shown = ['too_many_requests', 'challenge_required']
    if (error instanceof Failure && shown.includes(error.kind.code)) return error
    throw error
  }
}

/** Form fields as typed: a password may have any character, so it is not judged as a protocol parameter. */
function formOf(raw: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof raw !== 'object' || raw === null) return {}
  const password = 'password' in raw && typeof raw.password === 'string' ? raw.password : undefined
  const rest = Object.fromEntries(Object.entries(raw).filter(([name]) => name !== 'password'))
  return { ...Object.fromEntries(parseParameters(rest)), password }
}

type State = {
  readonly identifier: string
  readonly notice?: string | undefined
  readonly remember?: boolean
  /** The page of the account to come back to. */
  readonly back?: string | undefined
  readonly refusal?: Failure
}

async function show(
  needs: LoginNeeds,
  exchange: Exchange,
  flow: Flow | undefined,
  { identifier, notice = '', remember = false, back, refusal }: State,
): Promise<Reply> {
  const { client } = flow ? await consentQuestion(needs, flow, undefined) : { client: undefined }
  const { t, hidden, action, link, send } = deskOf(needs, exchange, flow)
  const said = notices.get(notice)
  const puzzle = await puzzleFor(needs, exchange.request)
  const page = loginPage({
    t,
    action: action('/login'),
    hidden: { ...hidden, ...(back !== undefined && { return: returnPath(back) }) },
    clientName: client?.name,
    identifier,
    remember,
    ...(said !== undefined && { notice: t(said) }),
    ...(refusal && { error: t.any(refusal.kind.words) }),
    puzzle,
    forgotUrl: link('/forgot-password'),
    ...(needs.signUp.mode === 'open' && { registerUrl: link('/register') }),
  })
  exchange.reply.headers(headersOf(refusal))
  return send(page, { status: refusal?.kind.status ?? 200, script: puzzle !== undefined })
}

function headersOf(refusal: Failure | undefined): Readonly<Record<string, string>> {
  const { headers = {}, retryAfter } = refusal?.details ?? {}
  return { ...headers, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) }
}
