import type { SubjectKey } from '../../access/index.ts'
import type { Client } from '../../clients/index.ts'
import type { User } from '../../identity/index.ts'
import type { Principal } from '../principal.ts'

/** A person in a browser of ours or in a first-party application. */
export type Person = {
  readonly kind: 'user'
  readonly user: User
  readonly principal: Principal
}

/** A program with a key that a person made for it. */
export type KeyHolder = {
  readonly kind: 'api_key'
  readonly user: User
  readonly keyId: string
  /** Permissions that the key may use of those that its owner has. */
  readonly scopes: readonly string[]
}

/** A client that acts for itself: a service account. */
export type Service = { readonly kind: 'client'; readonly client: Client }

/** Who calls an API that asks for permissions. */
export type Caller = Person | KeyHolder | Service

/** As whom decisions are made about a caller. */
export function subjectOf(caller: Caller): SubjectKey {
  return caller.kind === 'client'
    ? { type: 'client', id: caller.client.clientId }
    : { type: 'user', id: caller.user.id }
}

/** In the words of the audit log. */
export function actorOf(caller: Caller): string {
  return caller.kind === 'client' ? `client:${caller.client.clientId}` : `user:${caller.user.id}`
}
