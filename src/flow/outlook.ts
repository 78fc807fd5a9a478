import type { Clock } from '../base/index.ts'
import type { Client, ClientCache } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { AcrWish, Judgement, MfaCore } from '../mfa/index.ts'
import { judge, situationOf } from '../mfa/index.ts'
import type { Session } from '../session/index.ts'
import { isFresh, provedBy } from '../session/index.ts'
import type { Flow } from './flow.ts'
import type { Outlook } from './next-step.ts'
import { consentQuestion } from './pass-consent.ts'

export type OutlookNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly clients: ClientCache
  readonly mfa: MfaCore
  /** Seconds. */
  readonly freshLifetime: number
}

/** What decides about the next step of a flow, read anew each time. */
export async function outlookOf(
  needs: OutlookNeeds,
  flow: Flow,
  session: Session | undefined,
): Promise<Outlook & { readonly client: Client | undefined }> {
  const { client, ...consent } = await consentQuestion(needs, flow, session)
  const judgement = await judgeSession(needs, session, { client, wish: flow.acr })
  const fresh = session !== undefined && isFresh(session, needs.freshLifetime, needs.clock.now())
  return { client, consent, judgement, fresh }
}

type Demand = { readonly client: Client | undefined; readonly wish: AcrWish | undefined }

/** Whether a session is enough for a client; nobody is not judged, for they must sign in anyway. */
export async function judgeSession(
  needs: Pick<OutlookNeeds, 'mfa'>,
  session: Session | undefined,
  { client, wish }: Demand,
): Promise<Judgement> {
  if (session === undefined || client === undefined) return { do: 'pass' }
  const situation = await situationOf(needs.mfa, session.userId, client.metadata.mfa_policy)
  return judge(situation, provedBy(session), wish)
}
