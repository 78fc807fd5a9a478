import type { Clock, Random } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Flow, FlowStart } from '../flow/index.ts'
import { beginFlow, readFlow, settleFlow } from '../flow/index.ts'
import type { Cookies, Origin, Reply, Request } from '../http/index.ts'
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

export function createVisits(needs: Needs): Visits {
  const { cookies } = needs
  return {
    session: (request) => readSession(needs, cookies.readSession(request)),
    begin: (request, reply, start) => beginFlow(needs, cookies.browser(request, reply), start),
    flow: (request, reply, id) => readFlow(needs, id, cookies.browser(request, reply)),
    settle: (flow) => settleFlow(needs, flow),
    async signOut(reply, session, origin) {
      await signOut(needs, session, origin)
      cookies.clearSession(reply)
    },
  }
}
