import type { Flow } from '../../flow/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { fieldsOf } from '../../http/index.ts'
import { confirmByCode } from '../../identity/index.ts'
import { passwordProof } from '../../mfa/index.ts'
import { admitPublic } from '../admission/admit-public.ts'
import { enter } from '../arrival/arrive.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, isRefusal, postedFields } from '../page-form.ts'
import { codePage } from '../views/code-page.ts'
import { invalidRegistrationPage } from '../views/dead-ends.ts'
import type { SignUpPageNeeds } from './needs.ts'
import { readTicket } from './ticket.ts'

const schema = { hide: true }

/** `/register/sent`: "check your mail", with a form for its code. The same words for every address. */
export function codeRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get('/register/sent', { schema }, async (request, reply) => {
    const { registration = '', flow: flowId } = fieldsOf(request.query)
    const flow = await needs.visits.flow(request, reply, flowId)
    return show(needs, { request, reply }, flow, { registration, failed: false })
  })
  surface.post('/register/code', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const { registration = '', code: typed = '', ...fields } = postedFields(needs, request, reply)
    await admitPublic(needs, { request, reply })
    const flow = await needs.visits.flow(request, reply, fields.flow)
    const id = readTicket(needs, needs.cookies.browser(request, reply), registration)
    if (id === undefined) return show(needs, exchange, flow, { registration, failed: true })
    const code = typed.replaceAll(/\s/g, '')
    try {
      const person = await confirmByCode(needs, { id, code }, needs.visitor(request))
      return await enter(needs, exchange, { person, flow, proved: passwordProof(needs.clock) })
    } catch (error) {
      if (!isRefusal(error, 'invalid_code')) throw error
      return show(needs, exchange, flow, { registration, failed: true })
    }
  })
}

type State = { readonly registration: string; readonly failed: boolean }

function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  flow: Flow | undefined,
  { registration, failed }: State,
): Reply {
  const { t, hidden, action, link, send } = deskOf(needs, exchange, flow)
  const browser = needs.cookies.browser(exchange.request, exchange.reply)
  const registerUrl = link('/register')
  if (readTicket(needs, browser, registration) === undefined) {
    return send(invalidRegistrationPage({ t, registerUrl, loginUrl: link('/login') }), {
      status: 400,
    })
  }
  const page = codePage({
    t,
    action: action('/register/code'),
    hidden: { ...hidden, registration },
    failed,
    registerUrl,
  })
  return send(page, { status: failed ? 400 : 200 })
}
