import type { Clock } from '../base/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Session } from '../session/index.ts'
import { saveFlow } from './begin.ts'
import type { Flow } from './flow.ts'

type Needs = {
  readonly kv: Kv
  readonly clock: Clock
  readonly flowLifetime: number
}

/** Goes on with the account that is signed in. */
export async function keepAccount(needs: Needs, flow: Flow, session: Session): Promise<Flow> {
  const passed: Flow = { ...flow, chosen: session.id }
  await saveFlow(needs, passed)
  return passed
}

/** Asks again: the answer was not given by the one who is signed in now. */
export async function askAccountAgain(needs: Needs, flow: Flow): Promise<Flow> {
  const asking: Flow = { ...flow, chooseSince: needs.clock.now().getTime() }
  await saveFlow(needs, asking)
  return asking
}

/** Whoever goes on must sign in from now on; that may well be the same person. */
export async function switchAccount(needs: Needs, flow: Flow): Promise<Flow> {
  const { loginHint: _hint, chooseSince: _since, ...rest } = flow
  const passed: Flow = { ...rest, authenticatedSince: needs.clock.now().getTime() }
  await saveFlow(needs, passed)
  return passed
}
