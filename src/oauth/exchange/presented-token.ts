import type { ClientId, FamilyId, UserId } from '../../base/index.ts'
import type { AuthorizationDetail, TokenBinding } from '../../session/index.ts'
import type { Actor } from '../access-token.ts'

/** Whom a token is about. */
export type Subject =
  | { readonly type: 'user'; readonly id: UserId }
  | { readonly type: 'client'; readonly id: ClientId }

/** A token that was shown for another one, with everything behind it found sound a moment ago. */
export type PresentedToken = {
  readonly subject: Subject
  /** Undefined for the token of another issuer, whom an administrator trusts with the client. */
  readonly issuedTo: ClientId | undefined
  readonly audience: readonly string[]
  /** What a new token is for when nothing else is asked for; none means this server itself. */
  readonly usualTargets: readonly string[]
  /** What a new token may have at most; undefined leaves it to the client. */
  readonly scopes: readonly string[] | undefined
  readonly details: readonly AuthorizationDetail[] | undefined
  readonly binding: TokenBinding | undefined
  readonly actor: Actor | undefined
  /** RFC 8693 section 4.4, as it was sent. */
  readonly mayAct: unknown
  readonly expiresAt: number
  /** With which a new token ends as well. */
  readonly grant: Grant | undefined
}

export type Grant = {
  readonly id: FamilyId
  readonly authTime: Date
  readonly acr: string
  readonly amr: readonly string[]
}

export type Reading =
  | { readonly ok: true; readonly token: PresentedToken }
  | { readonly ok: false; readonly why: string }
