import type { Reply, Surface } from '../../http/index.ts'
import { fieldsOf } from '../../http/index.ts'
import { confirmByLink, readRegistration } from '../../identity/index.ts'
import { passwordProof } from '../../mfa/index.ts'
import { admitPublic } from '../admission/admit-public.ts'
import { enter } from '../arrival/arrive.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, isRefusal, postedFields } from '../page-form.ts'
import { confirmRegistrationPage } from '../views/confirm-pages.ts'
import { invalidRegistrationPage } from '../views/dead-ends.ts'
import { rememberedFlow } from './flow-memory.ts'
import type { SignUpPageNeeds } from './needs.ts'

const schema = { hide: true }

/** `/register/confirm?token=...`: the link of the letter. Showing it uses nothing up. */
export function confirmRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get('/register/confirm', { schema }, async (request, reply) => {
    const { token = '' } = fieldsOf(request.query)
    return show(needs, { request, reply }, { token, failed: false })
  })
  surface.post('/register/confirm', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const { token = '', password = '' } = postedFields(needs, request, reply)
    await admitPublic(needs, { request, reply })
    const browser = needs.cookies.browser(request, reply)
    const proof = { token, browser, ...(password !== '' && { password }) }
    try {
      const person = await confirmByLink(needs, proof, needs.visitor(request))
      const flow = await rememberedFlow(needs, exchange)
      return await enter(needs, exchange, { person, flow, proved: passwordProof(needs.clock) })
    } catch (error) {
      const failed = isRefusal(error, 'wrong_password')
      if (!failed && !isRefusal(error, 'invalid_link')) throw error
      return show(needs, exchange, { token, failed })
    }
  })
}

type State = { readonly token: string; readonly failed: boolean }

async function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  { token, failed }: State,
): Promise<Reply> {
  const browser = needs.cookies.browser(exchange.request, exchange.reply)
  const [waiting, flow] = await Promise.all([
    readRegistration(needs, { token, browser }),
    rememberedFlow(needs, exchange),
  ])
  const { t, hidden, action, link, send } = deskOf(needs, exchange, flow)
  if (waiting === undefined) {
    const page = invalidRegistrationPage({
      t,
      registerUrl: link('/register'),
      loginUrl: link('/login'),
    })
    return send(page, { status: 400 })
  }
  const page = confirmRegistrationPage({
    t,
    action: action('/register/confirm'),
    hidden: { ...hidden, token },
    username: waiting.username,
    email: waiting.email,
    askPassword: !waiting.sameBrowser,
    failed,
    assets: needs.assets.strength,
  })
  const script = !waiting.sameBrowser
  return send(page, { status: failed ? 400 : 200, script })
}
