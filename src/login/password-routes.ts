import type { Flow } from '../flow/index.ts'
import { consentQuestion, flowFailures } from '../flow/index.ts'
import type { Reply, Request, Surface } from '../http/index.ts'
import { originOf, parseParameters } from '../http/index.ts'
import { proveIdentity } from '../identity/index.ts'
import { signInBrowser } from '../session/index.ts'
import { continueAt } from './continue.ts'
import type { LoginNeeds } from './needs.ts'
import { loginPage } from './views/login-page.ts'

const schema = { hide: true }
/** Constant words for every refusal (ASVS 6.3.8). */
const refused = 'The username, email or password is not correct.'

export function passwordRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/login', { schema }, async (request, reply) => {
    const flow = await flowOf(needs, request, reply, request.query)
    const session = await needs.visits.session(request)
    const { step, location } = await continueAt(needs, flow, session)
    if (step !== 'password') return reply.redirect(location, 303)
    return show(needs, request, reply, flow, { identifier: flow?.loginHint ?? '' })
  })
  surface.post('/login', { schema }, async (request, reply) => {
    const form = formOf(request.body)
    needs.csrf.check(request, needs.cookies.browser(request, reply), form.csrf)
    const flow = await flowOf(needs, request, reply, request.body)
    const before = await needs.visits.session(request)
    const origin = originOf(request)
    const { identifier = '', password = '' } = form
    const claim = { identifier, password, origin, clientId: flow?.clientId }
    const user = await proveIdentity(needs, claim)
    if (user === undefined) {
      return show(needs, request, reply.code(400), flow, { identifier, error: refused })
    }
    const { session, token } = await signInBrowser(needs, user.id, before, origin)
    needs.cookies.writeSession(reply, token)
    const { location } = await continueAt(needs, flow, session)
    return reply.redirect(location, 303)
  })
}

/** The flow a page belongs to; a flow that is named but gone is an error, not a plain sign-in. */
async function flowOf(
  needs: LoginNeeds,
  request: Request,
  reply: Reply,
  raw: unknown,
): Promise<Flow | undefined> {
  const id = formOf(raw).flow
  if (id === undefined || id === '') return undefined
  const flow = await needs.visits.flow(request, reply, id)
  if (flow === undefined) throw flowFailures.gone()
  return flow
}

/** Form fields as typed: a password may have any character, so it is not judged as a protocol parameter. */
function formOf(raw: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof raw !== 'object' || raw === null) return {}
  const password = 'password' in raw && typeof raw.password === 'string' ? raw.password : undefined
  const rest = Object.fromEntries(Object.entries(raw).filter(([name]) => name !== 'password'))
  return { ...Object.fromEntries(parseParameters(rest)), password }
}

async function show(
  needs: LoginNeeds,
  request: Request,
  reply: Reply,
  flow: Flow | undefined,
  state: { readonly identifier: string; readonly error?: string },
): Promise<Reply> {
  const { client } = flow ? await consentQuestion(needs, flow, undefined) : { client: undefined }
  const csrf = needs.csrf.token(needs.cookies.browser(request, reply))
  const page = loginPage({
    action: '/login',
    hidden: { csrf, ...(flow && { flow: flow.id }) },
    ...(client && { clientName: client.name }),
    identifier: state.identifier,
    ...(state.error !== undefined && { error: state.error }),
  })
  const formTarget = flow?.formTarget
  return needs.pages.send(reply, page, {
    status: reply.statusCode,
    ...(formTarget !== undefined && { formTarget }),
  })
}
