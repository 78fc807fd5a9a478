import type { Clock, Random } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Flow, FlowStart } from '../flow/index.ts'
import { beginFlow, readFlow, settleFlow } from '../flow/index.ts'
import type { Cookies, Origin, Reply, Request } from '../http/index.ts'
import { markImpersonated } from '../http/index.ts'
import { findUser } from '../identity/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Session, SessionLifetimes } from '../session/index.ts'
import { readSession, signOut } from '../session/index.ts'

/** The browser behind a request: its session and its flows, found by its cookies. */
export type Visits = {
  readonly session: (request: Request) => Promise<Session | undefined>
  readonly begin: (request: Request, reply: Reply, start: FlowStart) => Promise<Flow>
  readonly flow: (request: Request, reply: Reply, id: unknown) => Promise<Flow | undefined>
  readonly settle: (flow: Flow) => Promise<void>
  readonly signOut: (reply: Reply, session: Session, origin: Origin) => Promise<void>
}

type Needs = {
  readonly db: Db
  readonly kv: Kv
  readonly clock: Clock
  readonly random: Random
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
    async signOut(reply, session, origin) {
      await signOut(needs, session, origin)
      cookies.clearSession(reply)
    },
  }
}
