import type { Origin } from '../audit/index.ts'
import type { Clock, Random } from '../base/index.ts'
import type { Asked, Client, ClientCache, ConsentState } from '../clients/index.ts'
import { consentState, rememberConsent } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Session } from '../session/index.ts'
import { saveFlow } from './begin.ts'
import type { ConsentAnswer, Flow } from './flow.ts'

export type ConsentQuestion = ConsentState & { readonly client: Client | undefined }

/** Who asks in this flow, and whether the person has to be asked. */
export async function consentQuestion(
  needs: { readonly db: Db; readonly clients: ClientCache },
  flow: Flow,
  session: Session | undefined,
): Promise<ConsentQuestion> {
  if (flow.clientId === undefined) return { client: undefined, needed: false, covered: true }
  const client = await needs.clients.find(flow.clientId)
  if (client === undefined) return { client, needed: true, covered: false }
  if (flow.asksItself === true) return { client, needed: false, covered: true }
  const state = await consentState(needs.db, client, session?.userId, askedIn(flow))
  return { client, ...state }
}

function askedIn({ scopes, resources = [], details }: Flow): Asked {
  return { scopes, resources, details }
}

type Needs = {
  readonly db: Db
  readonly kv: Kv
  readonly clock: Clock
  readonly random: Random
  readonly flowLifetime: number
}

/** Records the person's answer: an allowance is remembered, a denial only told to the client. */
export async function passConsent(
  needs: Needs,
  flow: Flow,
  session: Session,
  { answer, origin }: { readonly answer: ConsentAnswer; readonly origin: Origin },
): Promise<Flow> {
  const { clientId } = flow
  const { userId } = session
  if (answer === 'allowed' && clientId !== undefined) {
    await needs.db.transaction(
      (tx) => rememberConsent(needs, tx, { userId, clientId, ...askedIn(flow) }, origin),
      { idempotent: true },
    )
  }
  const passed: Flow = { ...flow, consent: { answer, userId } }
  await saveFlow(needs, passed)
  return passed
}
