import type { Flow } from '../../flow/index.ts'
import { consentQuestion } from '../../flow/index.ts'
import type { Fields, Reply, Surface } from '../../http/index.ts'
import { fieldErrors, fieldsOf } from '../../http/index.ts'
import { readInvitation } from '../../identity/index.ts'
import { passwordProof } from '../../mfa/index.ts'
import { admitWorthy, proofsOf } from '../admission/admit-public.ts'
import { puzzleFor } from '../admission/challenge.ts'
import { enter } from '../arrival/arrive.ts'
import { continueAt } from '../continue.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, flowOf, isRefusal, postedFields } from '../page-form.ts'
import {
  invalidInvitationPage,
  invitationNeededPage,
  registrationClosedPage,
} from '../views/dead-ends.ts'
import { registerPage } from '../views/register-page.ts'
import { rememberFlow } from './flow-memory.ts'
import type { SignUpPageNeeds } from './needs.ts'
import { signUp } from './sign-up.ts'
import { ticketFor } from './ticket.ts'

const schema = { hide: true }

/** `/register`: the form for a new account, open to all or with an invitation. */
export function registerRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get('/register', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const fields = fieldsOf(request.query)
    const flow = await flowOf(needs, exchange, fields)
    const { invitation = '' } = fields
    if (invitation === '') {
      const { step, location } = await continueAt(needs, flow, await needs.visits.session(request))
      if (step !== 'password') return reply.redirect(needs.languages.keep(request, location), 303)
    }
    return show(needs, exchange, flow, { fields: { invitation }, errors: {} })
  })
  surface.post('/register', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const fields = postedFields(needs, request, reply)
    const flow = await flowOf(needs, exchange, fields)
    const browser = needs.cookies.browser(request, reply)
    try {
      await admitWorthy(needs, exchange, ...proofsOf(fields.email))
      const made = await signUp(needs, fields, { ...needs.visitor(request), browser })
      if ('person' in made)
        return await enter(needs, exchange, {
          person: made.person,
          flow,
          proved: passwordProof(needs.clock),
        })
      await rememberFlow(needs, exchange, flow)
      const registration = ticketFor(needs, browser, made.waiting)
      const query = new URLSearchParams({ registration, ...(flow && { flow: flow.id }) })
      return reply.redirect(needs.languages.keep(request, `/register/sent?${query}`), 303)
    } catch (error) {
      const { t } = deskOf(needs, exchange, flow)
      const errors = isRefusal(error, 'challenge_required')
        ? { username: t.any(error.message) }
        : fieldErrors(t, error)
      if (errors === undefined && !isDeadEnd(error)) throw error
      return show(needs, exchange, flow, { fields, errors: errors ?? {} })
    }
  })
}

/** What the page itself says in its own words, instead of the form. */
function isDeadEnd(error: unknown): boolean {
  return ['invalid_link', 'registration_closed', 'invitation_needed'].some((code) =>
    isRefusal(error, code),
  )
}

type State = { readonly fields: Fields; readonly errors: Readonly<Record<string, string>> }

async function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  flow: Flow | undefined,
  { fields, errors }: State,
): Promise<Reply> {
  const { signUp: rules, terms, assets } = needs
  const desk = deskOf(needs, exchange, flow)
  const { t, hidden, link, send } = desk
  const { invitation = '', username, email, name } = fields
  const loginUrl = link('/login')
  if (rules.mode === 'closed') return send(registrationClosedPage({ t, loginUrl }), { status: 403 })
  if (rules.mode === 'invitation' && invitation === '') {
    return send(invitationNeededPage({ t, loginUrl }), { status: 403 })
  }
  const invited = invitation === '' ? undefined : await readInvitation(needs, invitation)
  if (invitation !== '' && invited === undefined) {
    return send(invalidInvitationPage({ t, loginUrl }), { status: 400 })
  }
  const asked = flow && (await consentQuestion(needs, flow, undefined))
  const puzzle = await puzzleFor(needs, exchange.request)
  const page = registerPage({
    t,
    puzzle,
    action: desk.action('/register'),
    hidden: { ...hidden, ...(invitation !== '' && { invitation }) },
    clientName: asked?.client?.name,
    invitedEmail: invited?.email,
    emailOptional: !rules.verifyEmail,
    values: { username, email, name },
    errors,
    terms: { ...terms, version: rules.termsVersion, accepted: fields.accepted_terms !== undefined },
    minLength: needs.passwordMinLength,
    assets: assets.strength,
    loginUrl,
  })
  const status = Object.keys(errors).length > 0 ? 400 : 200
  return send(page, { status, script: true })
}
