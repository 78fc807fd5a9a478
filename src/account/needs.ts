import type { ApiKeyNeeds, KeyBook } from '../api-keys/index.ts'
import type { ClientCache } from '../clients/index.ts'
import type { Assets, Cookies, Request } from '../http/index.ts'
import type { AccountCore, SignUpNeeds, Visitor } from '../identity/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Limits } from '../limits/index.ts'
import type { Visits } from '../login/index.ts'
import type { MfaCore } from '../mfa/index.ts'
import type { TokenRows, VerifiedTokens } from '../oauth/index.ts'
import type { RefreshTokens, SessionLifetimes } from '../session/index.ts'

export type AccountNeeds = AccountCore &
  SignUpNeeds & {
    readonly keys: KeyRing
    readonly clients: ClientCache
    readonly refreshTokens: RefreshTokens
    readonly visits: Visits
    readonly verifiedTokens: VerifiedTokens
    readonly tokenRows: TokenRows
    /** Who visits, from where, and in which language. */
    readonly visitor: (request: Request) => Visitor
    /** Seconds: how recent a proof must be for sensitive changes. */
    readonly freshLifetime: number
    /** Seconds. */
    readonly accessLifetime: number
    readonly lifetimes: SessionLifetimes
    readonly apiLifetimes: SessionLifetimes
    readonly refreshGrace: number
    readonly countLogin: (outcome: string) => void
    readonly onReuse: () => void
    readonly limits: Limits
    readonly mfa: MfaCore
    readonly apiKeys: ApiKeyNeeds & { readonly book: KeyBook }
    readonly kv: Kv
    readonly notifyAfter: number
    readonly countStuffing: () => void
    readonly cookies: Cookies
    readonly assets: Assets
  }
