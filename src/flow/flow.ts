import type { ClientId, SessionId, UserId } from '../base/index.ts'
import type { AcrWish } from '../mfa/index.ts'
import type { AuthorizationDetail } from '../session/index.ts'

/** What a journey needs before it is done. It lives in soft state; losing it costs one new start. */
export type Flow = {
  readonly id: string
  /** Digest of the browser's secret: a flow continues only in the browser that began it. */
  readonly browser: string
  /** Where the browser goes when nothing is left to do; a path of ours. */
  readonly resume: string
  /** The protocol request, for the endpoint that began the flow; it judges it again on resuming. */
  readonly request: Readonly<Record<string, string>>
  /** What is known of where the protocol request came from. */
  readonly source?: {
    readonly lists: Readonly<Record<string, readonly string[]>>
    readonly signed: boolean
    readonly pushed: boolean
    readonly requestUri?: string
    readonly dpopJkt?: string
  }
  readonly clientId?: ClientId
  /** Where the application is answered. */
  readonly redirectUri?: string
  readonly scopes: readonly string[]
  /** Registered resources (RFC 8707) that the scopes are to be used at. */
  readonly resources?: readonly string[]
  /** RFC 9396. */
  readonly details?: readonly AuthorizationDetail[]
  /** The person must have proved who they are at this time (ms since 1970) or later. */
  readonly authenticatedSince: number
  /** Whoever signed in before this time (ms since 1970) is asked which account to use (`prompt=select_account`). */
  readonly chooseSince?: number
  /** The session that was chosen to go on with. */
  readonly chosen?: SessionId
  /** Whether consent must be asked even if it was given before (`prompt=consent`). */
  readonly forceConsent: boolean
  /** The page at the end asks for consent itself. */
  readonly asksItself?: true
  /** What the application asks of the authentication (`acr_values`, the `claims` parameter). */
  readonly acr?: AcrWish
  readonly loginHint?: string
  /** Scheme of the client's redirect URI, for the pages' form-action. */
  readonly formTarget?: string
  /** The answer, and whose it is: another person who signs in on the same browser is asked anew. */
  readonly consent?: { readonly answer: ConsentAnswer; readonly userId: UserId }
}

export type ConsentAnswer = 'allowed' | 'denied'

export type FlowStart = Omit<Flow, 'id' | 'browser' | 'consent' | 'chosen'>
