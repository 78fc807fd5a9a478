import type { ConsentState } from '../clients/index.ts'
import type { Session } from '../session/index.ts'
import type { ConsentAnswer, Flow } from './flow.ts'

export type Step = 'password' | 'consent' | 'done'

/** What the person of this session answered in this flow; undefined when they were not asked yet. */
export function consentOf(flow: Flow, session: Session): ConsentAnswer | undefined {
  return flow.consent?.userId === session.userId ? flow.consent.answer : undefined
}

/** The one rule that decides where a journey goes next. */
export function nextStep(flow: Flow, session: Session | undefined, allowed: ConsentState): Step {
  if (session === undefined) return 'password'
  if (session.authTime.getTime() < flow.authenticatedSince) return 'password' // OIDC Core 3.1.2.3
  if (flow.clientId === undefined || consentOf(flow, session) !== undefined) return 'done'
  if (flow.forceConsent) return 'consent' // OIDC Core 3.1.2.4
  return allowed.needed && !allowed.covered ? 'consent' : 'done'
}

/** The page of a step; when nothing is left to do, where the flow came from. */
export function locationOf(step: Step, flow: Flow): string {
  return `${paths[step] ?? flow.resume}?flow=${flow.id}`
}

const paths: Readonly<Record<Step, string | undefined>> = {
  password: '/login',
  consent: '/consent',
  done: undefined,
}
