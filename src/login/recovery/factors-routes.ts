import { Failure } from '../../base/index.ts'
import type { Fields, Reply, Surface } from '../../http/index.ts'
import { fieldsOf, originOf } from '../../http/index.ts'
import type { Words } from '../../i18n/index.ts'
import type { User } from '../../identity/index.ts'
import { readFactorRecovery, takeFactorRecovery } from '../../identity/index.ts'
import { resetFactors } from '../../mfa/index.ts'
import { admitPublic } from '../admission/admit-public.ts'
import { puzzleFor } from '../admission/challenge.ts'
import { provePassword } from '../admission/prove-password.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, postedFields } from '../page-form.ts'
import { attempted, headersOf } from '../refusal.ts'
import type { SignUpPageNeeds } from '../sign-up/needs.ts'
import { invalidFactorRecoveryPage } from '../views/dead-ends.ts'
import { recoverFactorsPage } from './factors-page.ts'

const schema = { hide: true }
const path = '/recover-factors'
const wrong: Words = 'The password is not correct.'

/**
 * `/recover-factors?token=...`: takes lost second factors away with the link of a letter and the password
 * (ASVS 6.4.4). It signs nobody in; the next sign-in sets up a new factor.
 */
export function factorsRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get(path, { schema }, (request, reply) =>
    show(needs, { request, reply }, fieldsOf(request.query)),
  )
  surface.post(path, { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const fields = postedFields(needs, request, reply)
    await admitPublic(needs, exchange)
    const { token = '', password = '' } = fields
    const user = await readFactorRecovery(needs, token)
    if (user === undefined) return show(needs, exchange, fields)
    const judged = await attempted(
      provePassword(needs, exchange, { identifier: user.username, password }),
    )
    if (judged instanceof Failure) return show(needs, exchange, fields, judged)
    // A wrong password leaves the link as it is.
    if (!judged.ok || judged.user.id !== user.id) return show(needs, exchange, fields, 'wrong')
    if (!(await recover(needs, exchange, user, token))) return show(needs, exchange, fields)
    return reply.redirect(needs.languages.keep(request, '/login?notice=factors-reset'), 303)
  })
}

/** Everything or nothing; of parallel calls one is told true. */
function recover(
  needs: SignUpPageNeeds,
  { request }: Exchange,
  user: User,
  token: string,
): Promise<boolean> {
  const origin = originOf(request)
  return needs.db.transaction(async (tx) => {
    const taken = await takeFactorRecovery(needs, tx, token)
    if (taken === undefined || taken.userId !== user.id) return false
    const actor = `user:${user.id}`
    await resetFactors(needs.mfa, tx, { person: user, origin, actor, action: 'mfa.recover' })
    await needs.endSessions(tx, user.id, needs.clock.now()) // ASVS 7.4.3
    return true
  })
}

async function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  { token = '' }: Fields,
  refusal?: Failure | 'wrong',
): Promise<Reply> {
  const { t, hidden, action, link, send } = deskOf(needs, exchange)
  const user = await readFactorRecovery(needs, token)
  if (user === undefined) {
    return send(invalidFactorRecoveryPage({ t, loginUrl: link('/login') }), { status: 400 })
  }
  const puzzle = await puzzleFor(needs, exchange.request)
  const failed = refusal instanceof Failure ? t.any(refusal.kind.words) : t(wrong)
  const page = recoverFactorsPage({
    t,
    puzzle,
    action: action(path),
    hidden: { ...hidden, token },
    username: user.username,
    error: refusal === undefined ? undefined : failed,
    forgotUrl: link('/forgot-password'),
    assets: needs.assets.strength,
  })
  const shown = refusal instanceof Failure ? refusal : undefined
  exchange.reply.headers(headersOf(shown))
  const status = refusal === undefined ? 200 : (shown?.kind.status ?? 400)
  return send(page, { status, script: true })
}
