import { Failure } from '../../../base/index.ts'
import type { Reply, Surface } from '../../../http/index.ts'
import { fieldsOf } from '../../../http/index.ts'
import {
  attempted,
  keepWaiting,
  proveFactor,
  readWaiting,
  takeWaiting,
} from '../../../login/index.ts'
import type { Proof } from '../../../mfa/index.ts'
import { combine, factorOf, reachesOwnLevel } from '../../../mfa/index.ts'
import { reauthenticate } from '../../../session/index.ts'
import { confirmPassword } from '../../confirm-password.ts'
import type { Call, Form } from '../door.ts'
import { onForm, onPage } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { answerOf, subjectOf } from '../subject.ts'
import type { Place } from './place.ts'
import { placeOf } from './place.ts'
import { addressOf, path, showConfirm } from './show.ts'

const schema = { hide: true }
const wrongPassword = 'The password is not correct.'
const wrongFactor = 'That was not right. Please try again.'

/**
 * Asks who is signed in to prove it again at the account's own level, before a sensitive change
 * (ASVS 7.5.1, 7.5.3). The session stays what it is until everything is proved.
 */
export function confirmRoutes(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    path,
    { schema },
    onPage(needs, async (call) => {
      const fields = new Map(Object.entries(fieldsOf(call.request.query)))
      return showConfirm(needs, call, await placeOf(needs, call, fields))
    }),
  )
  surface.post(
    path,
    { schema },
    onForm(needs, (call, form) => prove(needs, call, form)),
  )
  surface.post(
    `${path}/send`,
    { schema },
    onForm(needs, (call, form) => send(needs, call, form)),
  )
}

async function prove(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const place = await placeOf(needs, call, form)
  const proof = await attempted(proofIn(needs, call, { form, place }))
  if (proof instanceof Failure) return showConfirm(needs, call, place, { refusal: proof })
  if (proof === undefined) {
    if (await isOver(needs, call, place)) return call.go(place.back)
    return showConfirm(needs, call, place, {
      error: form.has('password') ? wrongPassword : wrongFactor,
    })
  }
  const proved = combine(place.proved, proof)
  const { session, user, visitor, reply } = call
  if (!reachesOwnLevel(place.situation, proved)) {
    const browser = needs.cookies.browser(call.request, reply)
    const start = { userId: user.id, proved, remember: session.remembered, back: place.back }
    const { id: signin } = await keepWaiting(needs, browser, start)
    return call.go(addressOf({ return: place.back, signin }))
  }
  // Whoever comes second finds that the first has gone on.
  if (place.waiting !== undefined && !(await takeWaiting(needs, place.waiting)))
    return call.go(place.back)
  const renewed = await reauthenticate(needs, session, { proved, origin: visitor.origin })
  needs.cookies.writeSession(reply, renewed.token, renewed.session)
  return call.go(place.back)
}

type Answer = { readonly form: Form; readonly place: Place }

/** What the form proves: a password where it has one, otherwise one of the factors that may answer. */
async function proofIn(
  needs: AccountPageNeeds,
  call: Call,
  { form, place: { kind } }: Answer,
): Promise<Proof | undefined> {
  const password = form.get('password')
  if (password !== undefined) {
    const isRight = await confirmPassword(needs, call, call.user, password)
    return isRight ? { kind: 'password', at: needs.clock.now().getTime() } : undefined
  }
  if (kind === undefined || form.get('factor') !== kind) return undefined
  const attempt = { kind, answer: answerOf(form) }
  const verdict = await proveFactor(needs, call, subjectOf(needs, call), attempt)
  return verdict.ok ? verdict.proof : undefined
}

/** Whether another click of the same form has been faster. */
async function isOver(
  needs: AccountPageNeeds,
  { request, reply }: Call,
  { waiting }: Place,
): Promise<boolean> {
  const found =
    waiting === undefined
      ? await needs.visits.session(request)
      : await readWaiting(needs, needs.cookies.browser(request, reply), waiting.id)
  return found === undefined
}

/** Mails a code, where one may answer. */
async function send(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const place = await placeOf(needs, call, form)
  const { ip } = call.visitor.origin
  call.reply.headers(await needs.limits.admit(['login', { ip }]))
  if (place.kind !== 'email_code') return showConfirm(needs, call, place)
  const { sentTo } = await factorOf(place.kind).challenge(needs.mfa, subjectOf(needs, call))
  return showConfirm(needs, call, place, { sentTo })
}
