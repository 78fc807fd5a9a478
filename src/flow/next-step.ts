import type { Session } from '../session/index.ts'
import type { ConsentAnswer, Flow } from './flow.ts'

export type Step = 'password' | 'consent' | 'done'

/** What the flow's client may do without asking again. */
export type Allowed = { readonly needed: boolean; readonly covered: boolean }

/** What the person of this session answered in this flow; undefined when they were not asked yet. */
export function consentOf(flow: Flow, session: Session): ConsentAnswer | undefined {
  return flow.consent?.userId === session.userId ? flow.consent.answer : undefined
}

/** The one rule that decides where a journey goes next. */
export function nextStep(flow: Flow, session: Session | undefined, allowed: Allowed): Step {
  if (session === undefined) return 'password'
  if (session.authTime.getTime() < flow.authenticatedSince) return 'password' // OIDC Core 3.1.2.3
  if (flow.clientId === undefined || consentOf(flow, session) !== undefined) return 'done'
  if (flow.forceConsent) return 'consent' // OIDC Core 3.1.2.4
  return allowed.needed && !allowed.covered ? 'consent' : 'done'
}
