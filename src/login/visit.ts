import type { Clock, Random } from '../base/index.ts'
import type { ClientCache } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { Flow, FlowStart } from '../flow/index.ts'
import { beginFlow, readFlow, settleFlow } from '../flow/index.ts'
import type { Cookies, Languages, Reply, Request } from '../http/index.ts'
import { markImpersonated, originOf } from '../http/index.ts'
import { findUser } from '../identity/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Session, SessionLifetimes, SignInNeeds } from '../session/index.ts'
import { readSession, signOut } from '../session/index.ts'
import { framesOf, keepFarewell } from './farewell.ts'

type Exchange = { readonly request: Request; readonly reply: Reply }

/** Where a browser goes after a sign-out, and in which language it is told that it is signed out. */
export type Onward = { readonly to?: string | undefined; readonly uiLocales?: string | undefined }

/** The browser behind a request: its session and its flows, found by its cookies. */
export type Visits = {
  readonly session: (request: Request) => Promise<Session | undefined>
  readonly begin: (request: Request, reply: Reply, start: FlowStart) => Promise<Flow>
  readonly flow: (request: Request, reply: Reply, id: unknown) => Promise<Flow | undefined>
  readonly settle: (flow: Flow) => Promise<void>
  /**
   * Ends the session and tells where the browser goes: where it was meant to, or first by a page that signs it out
   * of the clients that want this.
   */
  readonly signOut: (exchange: Exchange, session: Session, onward?: Onward) => Promise<string>
  /** What scripts of clients may know of the session of the browser: that it is another one than before. */
  readonly state: (request: Request) => string
}

type Needs = {
  readonly db: Db
  readonly kv: Kv
  readonly clock: Clock
  readonly random: Random
  readonly clients: ClientCache
  readonly queue: SignInNeeds['queue']
  readonly issuer: string
  readonly languages: Languages
  readonly cookies: Cookies
  readonly lifetimes: SessionLifetimes
  readonly flowLifetime: number
}

/** What is done in an account by an administrator says so, in the log and on every page. */
async function mark(
  { db }: Needs,
  request: Request,
  { impersonator, userId, expiresAt: until }: Session,
): Promise<void> {
  if (impersonator === null) return
  const user = await findUser(db, userId)
  const name = user?.profile.name ?? user?.username ?? ''
  markImpersonated(request, { impersonator: `user:${impersonator}`, name, until })
}

export function createVisits(needs: Needs): Visits {
  const { cookies } = needs
  return {
    async session(request) {
      const session = await readSession(needs, cookies.readSession(request))
      if (session !== undefined) await mark(needs, request, session)
      return session
    },
    begin: (request, reply, start) => beginFlow(needs, cookies.browser(request, reply), start),
    flow: (request, reply, id) => readFlow(needs, id, cookies.browser(request, reply)),
    settle: (flow) => settleFlow(needs, flow),
    async signOut({ request, reply }, session, { to, uiLocales } = {}) {
      const touched = await signOut(needs, session, originOf(request))
      cookies.clearSession(reply)
      const frames = await framesOf(needs, touched)
      if (frames.length === 0) return to ?? needs.languages.keep(request, '/logout/done')
      const farewell = { frames, onward: to, uiLocales }
      const path = await keepFarewell(needs, cookies.browser(request, reply), farewell)
      return needs.languages.keep(request, path)
    },
    state: (request) => cookies.browserState(request),
  }
}
