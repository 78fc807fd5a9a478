import type { Reply, Surface } from '../../http/index.ts'
import { fieldsOf } from '../../http/index.ts'
import { confirmEmailByLink, readEmailProof } from '../../identity/index.ts'
import { admitPublic } from '../admission/admit-public.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, isRefusal, postedFields } from '../page-form.ts'
import type { SignUpPageNeeds } from '../sign-up/needs.ts'
import { confirmEmailPage, emailConfirmedPage } from '../views/confirm-pages.ts'
import { invalidEmailPage } from '../views/dead-ends.ts'

const schema = { hide: true }

/** `/email/confirm?token=...`: proves the address that the letter went to. */
export function emailRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  const { languages } = needs
  surface.get('/email/confirm', { schema }, async (request, reply) =>
    show(needs, { request, reply }, fieldsOf(request.query).token),
  )
  surface.post('/email/confirm', { schema }, async (request, reply) => {
    const { token = '' } = postedFields(needs, request, reply)
    await admitPublic(needs, { request, reply })
    try {
      await confirmEmailByLink(needs, token, needs.visitor(request))
    } catch (error) {
      if (!isRefusal(error, 'invalid_link')) throw error
      return show(needs, { request, reply }, token)
    }
    return reply.redirect(languages.keep(request, '/email/confirm/done'), 303)
  })
  surface.get('/email/confirm/done', { schema }, (request, reply) => {
    const { t, link, send } = deskOf(needs, { request, reply })
    return send(emailConfirmedPage({ t, accountUrl: link('/account') }))
  })
}

async function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  token: string | undefined,
): Promise<Reply> {
  const { t, hidden, action, link, send } = deskOf(needs, exchange)
  const proof = token === undefined ? undefined : await readEmailProof(needs, token)
  if (token === undefined || proof === undefined) {
    return send(invalidEmailPage({ t, accountUrl: link('/account') }), { status: 400 })
  }
  const { email } = proof
  return send(
    confirmEmailPage({ t, action: action('/email/confirm'), hidden: { ...hidden, token }, email }),
  )
}
