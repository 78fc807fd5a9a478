import type { Client } from '../../clients/index.ts'
import type { Actor } from '../access-token.ts'
import type { Subjects } from '../subject.ts'
import { chainOf, isTooLong, mayActAs } from './policy.ts'
import type { PresentedToken, Subject } from './presented-token.ts'

type Parties = {
  readonly client: Client
  readonly subject: PresentedToken
  /** Undefined when the client acts itself. */
  readonly actor: PresentedToken | undefined
}

type Needs = { readonly issuer: string; readonly subjects: Subjects }

/** Who acts by a new token; or why nobody may, for the log. */
export type Delegation =
  | {
      readonly ok: true
      /** The claim `act`; undefined when nobody is named. */
      readonly act: Actor | undefined
      /** RFC 8693 section 1.1: whether the client becomes the subject, without a trace in the token. */
      readonly impersonates: boolean
    }
  | { readonly ok: false; readonly why: string }

/** RFC 8693 section 1.1: delegation, unless the client is registered for more. Nobody who acted is left out. */
export function delegationOf(needs: Needs, parties: Parties): Delegation {
  const { client, subject, actor } = parties
  // Whoever acts for somebody else does not lend that on: the chain would have two ends.
  if (actor?.actor !== undefined) return { ok: false, why: 'delegated actor token' }
  const acting = actorOf(needs.subjects, parties)
  if (!mayActAs(subject.mayAct, acting, needs.issuer)) return { ok: false, why: 'may_act' }
  // The token of whom it is about, shown twice, would hide the client that acts.
  if (actor !== undefined && isAbout(subject, actor.subject) && !isAbout(subject, ownOf(client)))
    return { ok: false, why: 'actor is the subject' }
  if (isSelf(parties)) return { ok: true, act: subject.actor, impersonates: false }
  if (actor === undefined && client.metadata.token_exchange?.impersonation === true) {
    return { ok: true, act: subject.actor, impersonates: true }
  }
  const act = chainOf(acting, subject.actor)
  return isTooLong(act) ? { ok: false, why: 'chain' } : { ok: true, act, impersonates: false }
}

function actorOf(subjects: Subjects, { client, actor }: Parties): Actor {
  if (actor === undefined) return { sub: client.clientId }
  const { subject, issuedTo } = actor
  if (subject.type === 'client') return { sub: subject.id }
  const sub = subjects.of(client, subject.id)
  return { sub, ...(issuedTo !== undefined && { client_id: issuedTo }) }
}

function isSelf({ client, subject, actor }: Parties): boolean {
  return isAbout(subject, actor?.subject ?? ownOf(client))
}

function ownOf({ clientId: id }: Client): Subject {
  return { type: 'client', id }
}

function isAbout({ subject }: PresentedToken, { type, id }: Subject): boolean {
  return subject.type === type && subject.id === id
}
