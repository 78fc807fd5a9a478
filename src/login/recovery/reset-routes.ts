import type { Fields, Reply, Surface } from '../../http/index.ts'
import { fieldErrors, fieldsOf } from '../../http/index.ts'
import { readRecovery, resetPassword } from '../../identity/index.ts'
import { admitPublic } from '../admission/admit-public.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, isRefusal, postedFields } from '../page-form.ts'
import type { SignUpPageNeeds } from '../sign-up/needs.ts'
import { invalidRecoveryPage } from '../views/dead-ends.ts'
import { resetPage } from '../views/reset-page.ts'

const schema = { hide: true }

/** `/reset-password?token=...`: a new password with the link of a letter. It signs nobody in. */
export function resetRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get('/reset-password', { schema }, async (request, reply) =>
    show(needs, { request, reply }, { fields: fieldsOf(request.query), errors: {} }),
  )
  surface.post('/reset-password', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const fields = postedFields(needs, request, reply)
    await admitPublic(needs, { request, reply })
    const { token = '', password = '' } = fields
    const endSessions = fields.keep_sessions !== 'yes'
    try {
      await resetPassword(needs, { token, password, endSessions }, needs.visitor(request))
    } catch (error) {
      const errors = fieldErrors(needs.languages.of(request), error)
      if (errors === undefined && !isRefusal(error, 'invalid_link')) throw error
      return show(needs, exchange, { fields, errors: errors ?? {} })
    }
    const next = '/login?notice=password-changed'
    return reply.redirect(needs.languages.keep(request, next), 303)
  })
}

type State = { readonly fields: Fields; readonly errors: Readonly<Record<string, string>> }

async function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  { fields, errors }: State,
): Promise<Reply> {
  const { t, hidden, action, link, send } = deskOf(needs, exchange)
  const { token = '' } = fields
  const user = await readRecovery(needs, token)
  if (user === undefined) {
    return send(invalidRecoveryPage({ t, forgotUrl: link('/forgot-password') }), { status: 400 })
  }
  const page = resetPage({
    t,
    action: action('/reset-password'),
    hidden: { ...hidden, token },
    username: user.username,
    email: user.email ?? undefined,
    error: errors.password,
    keepSessions: fields.keep_sessions === 'yes',
    minLength: needs.passwordMinLength,
    assets: needs.assets.strength,
  })
  const status = Object.keys(errors).length > 0 ? 400 : 200
  return send(page, { status, script: true })
}
