import type { Flow } from '../../flow/index.ts'
import type { Fields } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Assurance, Judgement, Proof, Situation, Subject } from '../../mfa/index.ts'
import { combine, judge, ownLevel, situationOf } from '../../mfa/index.ts'
import type { Session } from '../../session/index.ts'
import { provedBy, reauthenticate, sessionFailures } from '../../session/index.ts'
import { continueAt } from '../continue.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { flowOf } from '../page-form.ts'
import { returnPath } from '../return-path.ts'
import { arrive } from './arrive.ts'
import type { Waiting } from './waiting.ts'
import { inVain, readWaiting, takeWaiting } from './waiting.ts'

/** Somebody who has proved something and may have to prove more: on the way in, or in already. */
export type Candidate = {
  readonly person: User
  readonly proved: Assurance
  readonly situation: Situation
  readonly judgement: Judgement
  /** For the factors. */
  readonly subject: Subject
  readonly flow: Flow | undefined
  /** What forms and links carry along beside the flow. */
  readonly carried: Fields
  readonly at: { readonly waiting: Waiting } | { readonly session: Session }
}

/** Who the fields `signin`, `flow` and `return` of a page are about; undefined leads to the sign-in. */
export async function candidateOf(
  needs: LoginNeeds,
  exchange: Exchange,
  fields: Fields,
): Promise<Candidate | undefined> {
  const { request, reply } = exchange
  const binding = needs.cookies.browser(request, reply)
  const flow = await flowOf(needs, exchange, fields)
  const at = await placeOf(needs, exchange, fields.signin)
  const person =
    at && (await findUser(needs.db, 'waiting' in at ? at.waiting.userId : at.session.userId))
  if (at === undefined || person?.isActive !== true) return undefined
  if ('waiting' in at && inVain(at.waiting, person)) return undefined
  const proved = 'waiting' in at ? at.waiting.proved : provedBy(at.session)
  const client = flow?.clientId === undefined ? undefined : await needs.clients.find(flow.clientId)
  const situation = await situationOf(needs.mfa, person.id, client?.metadata.mfa_policy)
  const onlyFirst = ownLevel(situation) === 1
  const { locale } = needs.languages.of(request, { account: person.profile.locale })
  return {
    person,
    proved,
    situation,
    judgement: judge(situation, proved, flow?.acr),
    subject: { person, origin: originOf(request), locale, binding, onlyFirst },
    flow,
    carried: {
      ...('waiting' in at && { signin: at.waiting.id }),
      ...(fields.return !== undefined && { return: returnPath(fields.return) }),
    },
    at,
  }
}

async function placeOf(
  needs: LoginNeeds,
  { request, reply }: Exchange,
  signin: string | undefined,
): Promise<Candidate['at'] | undefined> {
  if (signin !== undefined) {
    const waiting = await readWaiting(needs, needs.cookies.browser(request, reply), signin)
    return waiting && { waiting }
  }
  const session = await needs.visits.session(request)
  // Whoever is in the account of somebody else neither proves nor sets up anything for that person.
  if (session !== undefined && session.impersonator !== null) throw sessionFailures.impersonated()
  return session && { session }
}

/**
 * Goes on after one more proof: a waiting sign-in ends, once, and the person comes in; a session is
 * replaced by one that stands for more (ASVS 7.2.4). Returns where the browser goes.
 */
export async function finish(
  needs: LoginNeeds,
  exchange: Exchange,
  { person, proved: before, flow, carried, at }: Candidate,
  { proof, rememberDevice }: { readonly proof: Proof; readonly rememberDevice: boolean },
): Promise<string> {
  const proved = combine(before, proof)
  const back = carried.return
  if ('waiting' in at) {
    const { remember, capable, back: wanted = back } = at.waiting
    // Whoever comes second goes to the sign-in, which leads on when the first has come in.
    if (!(await takeWaiting(needs, at.waiting))) return backToLogin(flow)
    const arrival = { person, proved, flow, remember, capable, back: wanted, rememberDevice }
    return arrive(needs, exchange, arrival)
  }
  const { session, token } = await reauthenticate(needs, at.session, {
    proved,
    origin: originOf(exchange.request),
  })
  needs.cookies.writeSession(exchange.reply, token, session)
  return onward(needs, { flow, session, back })
}

export function backToLogin(flow: Flow | undefined): string {
  return flow === undefined ? '/login' : `/login?flow=${flow.id}`
}

type Onward = {
  readonly flow: Flow | undefined
  readonly session: Session
  readonly back: string | undefined
}

/** Where somebody who is in goes: on with the flow, back to a page of the account, or home. */
export async function onward(needs: LoginNeeds, { flow, session, back }: Onward): Promise<string> {
  if (flow === undefined && back !== undefined) return returnPath(back)
  return (await continueAt(needs, flow, session)).location
}
