import type { ConsentState } from '../clients/index.ts'
import type { Judgement } from '../mfa/index.ts'
import type { Session } from '../session/index.ts'
import type { ConsentAnswer, Flow } from './flow.ts'

/** `refused`: the application asks for more than this person could ever prove; it is told so. */
export type Step = 'password' | 'choose' | 'factor' | 'enrol' | 'refused' | 'consent' | 'done'

/** What is known beside the flow and the session. */
export type Outlook = {
  readonly consent: ConsentState
  /** Whether what the session stands for is enough. */
  readonly judgement: Judgement
  /** Whether the proof is recent enough to set up a factor with it. */
  readonly fresh: boolean
}

/** What the person of this session answered in this flow; undefined when they were not asked yet. */
export function consentOf(flow: Flow, session: Session): ConsentAnswer | undefined {
  return flow.consent?.userId === session.userId ? flow.consent.answer : undefined
}

/** The one rule that decides where a journey goes next. */
export function nextStep(flow: Flow, session: Session | undefined, outlook: Outlook): Step {
  if (session === undefined) return 'password'
  if (mustChoose(flow, session)) return 'choose' // OIDC Core 3.1.2.1
  if (session.authTime.getTime() < flow.authenticatedSince) return 'password' // OIDC Core 3.1.2.3
  if (flow.clientId === undefined) return 'done'
  const missing = missingProof(outlook)
  if (missing !== undefined) return missing
  if (consentOf(flow, session) !== undefined) return 'done'
  if (flow.forceConsent) return 'consent' // OIDC Core 3.1.2.4
  const { needed, covered } = outlook.consent
  return needed && !covered ? 'consent' : 'done'
}

/** Signing in for this very journey is a choice, too. */
function mustChoose({ chooseSince, chosen }: Flow, session: Session): boolean {
  return (
    chooseSince !== undefined && session.authTime.getTime() < chooseSince && chosen !== session.id
  )
}

/** Step-up asks only for what is missing; a factor is set up with a recent proof only (ASVS 7.5.1). */
function missingProof({ judgement, fresh }: Outlook): Step | undefined {
  switch (judgement.do) {
    case 'pass':
      return undefined
    case 'factor':
      return 'factor'
    case 'enrol':
      return fresh ? 'enrol' : 'password'
    case 'refuse':
      return 'refused'
  }
}

/** The page of a step; when nothing is left to do, where the flow came from. */
export function locationOf(step: Step, flow: Flow): string {
  return `${paths[step] ?? flow.resume}?flow=${flow.id}`
}

const paths: Readonly<Record<Step, string | undefined>> = {
  password: '/login',
  choose: '/login/choose',
  factor: '/login/mfa',
  enrol: '/login/enrol',
  refused: undefined,
  consent: '/consent',
  done: undefined,
}
