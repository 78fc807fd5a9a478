import type { Flow, Step } from '../flow/index.ts'
import { locationOf, nextStep, outlookOf } from '../flow/index.ts'
import type { Session } from '../session/index.ts'
import type { LoginNeeds } from './needs.ts'

/** The only router of the pages: where a browser goes now, and why. Without a flow the end is `/`. */
export async function continueAt(
  needs: Pick<LoginNeeds, 'db' | 'clock' | 'clients' | 'mfa' | 'freshLifetime'>,
  flow: Flow | undefined,
  session: Session | undefined,
): Promise<{ step: Step; location: string }> {
  if (flow === undefined) {
    return session === undefined
      ? { step: 'password', location: '/login' }
      : { step: 'done', location: '/' }
  }
  const step = nextStep(flow, session, await outlookOf(needs, flow, session))
  return { step, location: locationOf(step, flow) }
}
