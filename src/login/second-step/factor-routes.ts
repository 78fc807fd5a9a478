import { Failure } from '../../base/index.ts'
import type { Fields, Reply, Surface } from '../../http/index.ts'
import { fieldsOf, originOf } from '../../http/index.ts'
import type { Verdict } from '../../mfa/index.ts'
import { factorOf, mfaFailures, parseFactorKind } from '../../mfa/index.ts'
import { proveFactor } from '../admission/prove-factor.ts'
import { backToLogin, finish } from '../arrival/candidate.ts'
import { readWaiting } from '../arrival/waiting.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { postedFields } from '../page-form.ts'
import { attempted } from '../refusal.ts'
import type { Asked } from './asked-factors.ts'
import { askedFactors, pastFactors } from './asked-factors.ts'
import { candidateOrLogin, deskFor, go, pathFor, schema } from './carry.ts'
import { mayRemember, showFactor } from './show-factor.ts'
import { helpPage } from './views/help-page.ts'

/** `/login/mfa`: what is missing of a sign-in, or of a session that an application asks more of. */
export function factorRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/login/mfa', { schema }, (request, reply) => {
    const fields = fieldsOf(request.query)
    return withFactor(needs, { request, reply }, fields, (asked) =>
      showFactor(needs, { request, reply }, asked),
    )
  })
  surface.post('/login/mfa', { schema }, (request, reply) => {
    const fields = postedFields(needs, request, reply)
    return withFactor(needs, { request, reply }, fields, (asked) =>
      answer(needs, { request, reply }, asked, fields),
    )
  })
  surface.post('/login/mfa/send', { schema }, (request, reply) => {
    const fields = postedFields(needs, request, reply)
    return withFactor(needs, { request, reply }, fields, (asked) =>
      send(needs, { request, reply }, asked),
    )
  })
  surface.get('/login/mfa/help', { schema }, (request, reply) => {
    const exchange = { request, reply }
    return withFactor(needs, exchange, fieldsOf(request.query), ({ candidate }) => {
      const desk = deskFor(needs, exchange, candidate)
      const backUrl = desk.link(pathFor(candidate, '/login/mfa'))
      const startUrl = 'waiting' in candidate.at ? desk.link('/login') : undefined
      return desk.send(helpPage({ t: desk.t, backUrl, startUrl }))
    })
  })
}

/** For who owes a factor; anybody else is sent where they belong. */
async function withFactor(
  needs: LoginNeeds,
  exchange: Exchange,
  fields: Fields,
  act: (asked: Asked) => Reply | Promise<Reply>,
): Promise<Reply> {
  const candidate = await candidateOrLogin(needs, exchange, fields)
  if (typeof candidate === 'string') return go(needs, exchange, candidate)
  const kinds = askedFactors(candidate)
  const wanted = parseFactorKind(fields.factor)
  const kind = kinds.find((one) => one === wanted) ?? kinds[0]
  if (kind === undefined) return go(needs, exchange, await pastFactors(needs, candidate))
  return act({ candidate, kinds, kind })
}

async function answer(
  needs: LoginNeeds,
  exchange: Exchange,
  asked: Asked,
  fields: Fields,
): Promise<Reply> {
  const { candidate, kind } = asked
  // Shown for another factor than the one that could be asked for now.
  if (fields.factor !== kind) return showFactor(needs, exchange, asked)
  const { code, credential } = fields
  const attempt = { kind, answer: { code, credential } }
  const verdict = await attempted(proveFactor(needs, exchange, candidate.subject, attempt))
  if (verdict instanceof Failure || !verdict.ok) {
    return refuse(needs, exchange, asked, verdict)
  }
  const rememberDevice = fields.remember_device === 'yes' && mayRemember(asked)
  const { proof } = verdict
  return go(needs, exchange, await finish(needs, exchange, candidate, { proof, rememberDevice }))
}

/** The same words for every wrong answer (ASVS 6.3.8). */
async function refuse(
  needs: LoginNeeds,
  exchange: Exchange,
  asked: Asked,
  verdict: Failure | Extract<Verdict, { ok: false }>,
): Promise<Reply> {
  const { at, flow, subject } = asked.candidate
  // After a double click the first one has come in with the answer that the second finds used up.
  const gone =
    'waiting' in at && (await readWaiting(needs, subject.binding, at.waiting.id)) === undefined
  if (gone) return go(needs, exchange, backToLogin(flow))
  const refusal = verdict instanceof Failure ? verdict : mfaFailures.wrong_factor()
  return showFactor(needs, exchange, asked, { refusal })
}

async function send(needs: LoginNeeds, exchange: Exchange, asked: Asked): Promise<Reply> {
  const { subject } = asked.candidate
  const admitted = await attempted(
    needs.limits.admit(['login', { ip: originOf(exchange.request).ip }]),
  )
  if (admitted instanceof Failure) {
    return showFactor(needs, exchange, asked, { refusal: admitted })
  }
  if (asked.kind !== 'email_code') return showFactor(needs, exchange, asked)
  const { sentTo } = await factorOf('email_code').challenge(needs.mfa, subject)
  return showFactor(needs, exchange, asked, { sentTo })
}
