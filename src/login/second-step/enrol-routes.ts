import { Failure } from '../../base/index.ts'
import type { Fields, Reply, Surface } from '../../http/index.ts'
import { fieldsOf, originOf } from '../../http/index.ts'
import type { Enrolled, FactorKind } from '../../mfa/index.ts'
import { enrolFailure, factorOf, situationOf } from '../../mfa/index.ts'
import { finish, onward } from '../arrival/candidate.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { postedFields } from '../page-form.ts'
import { attempted } from '../refusal.ts'
import { candidateOrLogin, deskFor, go, schema } from './carry.ts'
import type { Enroller } from './enroller.ts'
import { enrollerOf } from './enroller.ts'
import { showChoice, showOffer } from './show-enrolment.ts'
import { codesPage } from './views/codes-page.ts'

type Kind = Exclude<FactorKind, 'backup_code' | 'emergency_code'>

/** `/login/enrol`: setting up a factor on the way in, because one is due or would be good to have. */
export function enrolRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/login/enrol', { schema }, (request, reply) =>
    withEnroller(needs, { request, reply }, fieldsOf(request.query), (enroller) =>
      showChoice(needs, { request, reply }, enroller),
    ),
  )
  surface.post('/login/enrol/later', { schema }, (request, reply) => {
    const exchange = { request, reply }
    return withEnroller(needs, exchange, postedFields(needs, request, reply), async (enroller) => {
      const { at, flow, carried } = enroller.candidate
      if (enroller.later === undefined || !('session' in at)) {
        return showChoice(needs, exchange, enroller)
      }
      const { session } = at
      return go(needs, exchange, await onward(needs, { flow, session, back: carried.return }))
    })
  })
  beginRoute(surface, needs, { path: '/login/enrol/totp', kind: 'totp' })
  beginRoute(surface, needs, { path: '/login/enrol/email', kind: 'email_code' })
  confirmRoute(surface, needs, { path: '/login/enrol/passkey', kind: 'passkey' })
  confirmRoute(surface, needs, { path: '/login/enrol/totp/confirm', kind: 'totp' })
  confirmRoute(surface, needs, { path: '/login/enrol/email/confirm', kind: 'email_code' })
}

type Door = { readonly path: string; readonly kind: Kind }

function beginRoute(surface: Surface, needs: LoginNeeds, { path, kind }: Door): void {
  surface.post(path, { schema }, (request, reply) => {
    const exchange = { request, reply }
    return withEnroller(needs, exchange, postedFields(needs, request, reply), async (enroller) => {
      if (!enroller.kinds.includes(kind)) return showChoice(needs, exchange, enroller)
      const admitted = await attempted(admit(needs, exchange))
      if (admitted instanceof Failure) return showChoice(needs, exchange, enroller, admitted)
      const offer = await factorOf(kind).enrol?.begin(needs.mfa, enroller.candidate.subject)
      if (offer === undefined) return showChoice(needs, exchange, enroller)
      return showOffer(needs, exchange, enroller, { offer })
    })
  })
}

function confirmRoute(surface: Surface, needs: LoginNeeds, { path, kind }: Door): void {
  surface.post(path, { schema }, (request, reply) => {
    const exchange = { request, reply }
    const fields = postedFields(needs, request, reply)
    return withEnroller(needs, exchange, fields, (enroller) =>
      enroller.kinds.includes(kind)
        ? confirm(needs, exchange, enroller, { kind, fields })
        : showChoice(needs, exchange, enroller),
    )
  })
}

/** For who may set up a factor; anybody else is sent where they belong. */
async function withEnroller(
  needs: LoginNeeds,
  exchange: Exchange,
  fields: Fields,
  act: (enroller: Enroller) => Promise<Reply>,
): Promise<Reply> {
  const candidate = await candidateOrLogin(needs, exchange, fields)
  if (typeof candidate === 'string') return go(needs, exchange, candidate)
  const enroller = await enrollerOf(needs, candidate)
  return typeof enroller === 'string' ? go(needs, exchange, enroller) : act(enroller)
}

async function admit(needs: LoginNeeds, { request, reply }: Exchange): Promise<void> {
  reply.headers(await needs.limits.admit(['login', { ip: originOf(request).ip }]))
}

async function confirm(
  needs: LoginNeeds,
  exchange: Exchange,
  enroller: Enroller,
  { kind, fields }: { readonly kind: Kind; readonly fields: Fields },
): Promise<Reply> {
  const { code, credential, id, name } = fields
  const answer = { code, credential, id, name }
  const { enrol } = factorOf(kind)
  const { candidate } = enroller
  const enrolled = await attempted(
    admit(needs, exchange).then(() => enrol?.confirm(needs.mfa, candidate.subject, answer)),
  )
  if (enrolled instanceof Failure || enrolled?.ok !== true) {
    const why = enrolled instanceof Failure ? enrolled : enrolled?.why
    const refusal = why instanceof Failure ? why : enrolFailure(kind, why ?? 'unknown')
    if (kind === 'passkey') return showChoice(needs, exchange, enroller, refusal)
    return showOffer(needs, exchange, enroller, { again: kind, refusal, fields })
  }
  return welcome(needs, exchange, enroller, enrolled)
}

/** In with the new factor. Backup codes are in this one answer and nowhere else. */
async function welcome(
  needs: LoginNeeds,
  exchange: Exchange,
  { candidate }: Enroller,
  { proof, backupCodes }: Extract<Enrolled, { ok: true }>,
): Promise<Reply> {
  const location = await finish(needs, exchange, candidate, { proof, rememberDevice: false })
  if (backupCodes === undefined) return go(needs, exchange, location)
  const { person } = candidate
  const { t, action, send } = deskFor(needs, exchange, candidate)
  const { standing, now } = await situationOf(needs.mfa, person.id)
  const page = codesPage({
    t,
    codes: backupCodes,
    username: person.username,
    host: new URL(needs.issuer).host,
    until: t.time(standing.backupExpiresAt ?? now, person.profile.zoneinfo),
    nextUrl: action(location),
  })
  return send(page)
}
