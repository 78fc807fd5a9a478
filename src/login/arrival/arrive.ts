import { addSeconds, sha256 } from '../../base/index.ts'
import type { Flow } from '../../flow/index.ts'
import type { Reply } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { User } from '../../identity/index.ts'
import type { Assurance, Situation } from '../../mfa/index.ts'
import {
  allows,
  graceOf,
  noteOffer,
  reachesOwnLevel,
  rememberDevice,
  startGrace,
} from '../../mfa/index.ts'
import { sessionFailures, signInBrowser } from '../../session/index.ts'
import { continueAt } from '../continue.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { returnPath } from '../return-path.ts'
import { assess } from './assess.ts'
import { keepWaiting } from './waiting.ts'

export type Arrival = {
  readonly person: User
  readonly proved: Assurance
  readonly flow: Flow | undefined
  readonly remember?: boolean | undefined
  /** The page of the account to come back to, for a visit without a flow. */
  readonly back?: string | undefined
  /** Whether the browser said that it could keep passkeys. */
  readonly capable?: boolean | undefined
  /** Whether this browser shall not be asked for a second factor for a while. */
  readonly rememberDevice?: boolean
}

/** Signs in a person who has just proved who they are, or asks for what is missing; goes on from there. */
export async function enter(
  needs: LoginNeeds,
  exchange: Exchange,
  arrival: Arrival,
): Promise<Reply> {
  const location = await arrive(needs, exchange, arrival)
  return exchange.reply.redirect(needs.languages.keep(exchange.request, location), 303)
}

/** The same, telling where the browser goes. There is no session before everything is proved. */
export async function arrive(
  needs: LoginNeeds,
  exchange: Exchange,
  arrival: Arrival,
): Promise<string> {
  const { request, reply } = exchange
  const { person, proved, flow, remember = false, back, capable } = arrival
  const client = flow?.clientId === undefined ? undefined : await needs.clients.find(flow.clientId)
  const { judgement, ...assessed } = await assess(needs, {
    person,
    proved,
    client,
    wish: flow?.acr,
    ip: originOf(request).ip,
    device: needs.cookies.readDevice(request),
  })
  if (judgement.do === 'pass') return letIn(needs, exchange, { ...arrival, ...assessed })
  const browser = needs.cookies.browser(request, reply)
  const start = { userId: person.id, proved, remember, back, capable }
  const { id } = await keepWaiting(needs, browser, start)
  const page = judgement.do === 'enrol' ? '/login/enrol' : '/login/mfa'
  return `${page}?${new URLSearchParams({ signin: id, ...(flow && { flow: flow.id }) })}`
}

async function letIn(
  needs: LoginNeeds,
  { request, reply }: Exchange,
  arrival: Arrival & { readonly situation: Situation },
): Promise<string> {
  const { person, proved, flow, remember = false, back } = arrival
  const before = await needs.visits.session(request)
  // Else what somebody does as themselves would be told of as done by another.
  if (before !== undefined && before.impersonator !== null) throw sessionFailures.impersonated()
  const device = needs.cookies.device(request, reply)
  const origin = originOf(request)
  const signIn = { person, proved, before, device, remember, origin }
  const { session, token } = await signInBrowser(needs, signIn)
  needs.cookies.writeSession(reply, token, { remembered: remember })
  if (arrival.rememberDevice === true) await keepDevice(needs, arrival, device, origin.userAgent)
  if (await offersFactor(needs, arrival)) {
    const where = {
      ...(flow && { flow: flow.id }),
      ...(back !== undefined && { return: returnPath(back) }),
    }
    return `/login/enrol?${new URLSearchParams(where)}`
  }
  if (flow === undefined && back !== undefined) return returnPath(back)
  return (await continueAt(needs, flow, session)).location
}

async function keepDevice(
  { mfa }: LoginNeeds,
  { person, situation }: Arrival & { readonly situation: Situation },
  device: string,
  userAgent: string | undefined,
): Promise<void> {
  const { policy, now } = situation
  if (policy.remember_device === 0) return
  await rememberDevice(mfa.db, {
    userId: person.id,
    digest: sha256(device),
    userAgent: userAgent?.slice(0, 512) ?? null,
    now,
    until: addSeconds(now, policy.remember_device),
  })
}

/** Seconds before a passkey is offered to the same person again. */
const offerAgain = 30 * 86_400

/** Whether to offer a factor on the way: one that is due soon, or a passkey in place of the password. */
async function offersFactor(
  { mfa }: LoginNeeds,
  { person, proved, situation, capable }: Arrival & { readonly situation: Situation },
): Promise<boolean> {
  const grace = graceOf(situation)
  if (grace?.isNew === true) await startGrace(mfa.db, person.id, grace.until, situation.now)
  if (grace !== undefined) return true
  const { policy, standing, now } = situation
  const { offeredAt, passkeys } = standing
  const wanted =
    policy.passkeys.offer && allows(policy, 'passkey') && mfa.relyingParty !== undefined
  const due = offeredAt === null || now >= addSeconds(offeredAt, offerAgain)
  if (capable !== true || !wanted || passkeys > 0 || !due || !proved.amr.includes('pwd'))
    return false
  // Who is in by a remembered browser must not add a factor, and is offered none.
  if (!reachesOwnLevel(situation, proved)) return false
  await noteOffer(mfa.db, person.id, now)
  return true
}
