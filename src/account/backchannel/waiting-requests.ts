import type { UserId } from '../../base/index.ts'
import type { Client, ClientCache } from '../../clients/index.ts'
import type { Assurance, Judgement, MfaCore } from '../../mfa/index.ts'
import { judge, situationOf } from '../../mfa/index.ts'
import type { BackchannelRequest } from '../../oauth/index.ts'
import { listOpenRequests } from '../../oauth/index.ts'
import type { AccountNeeds } from '../needs.ts'

/** A request by the back channel (CIBA) that waits for its person, and who asks. */
export type WaitingRequest = { readonly request: BackchannelRequest; readonly client: Client }

const most = 50

export async function waitingRequests(
  needs: Pick<AccountNeeds, 'db' | 'clock'> & { readonly clients: ClientCache },
  userId: UserId,
): Promise<WaitingRequest[]> {
  const page = { now: needs.clock.now(), limit: most }
  const requests = await listOpenRequests(needs.db, userId, page)
  const all = await Promise.all(
    requests.map(async (request) => ({
      request,
      client: await needs.clients.find(request.clientId),
    })),
  )
  return all.flatMap(({ request, client }) =>
    client?.isActive === true ? [{ request, client }] : [],
  )
}

/** Whether what somebody proved is enough for who asks: the policy, and what the request wishes. */
export async function judgeAnswer(
  { mfa }: { readonly mfa: MfaCore },
  { request, client }: WaitingRequest,
  proved: Assurance,
): Promise<Judgement> {
  const situation = await situationOf(mfa, request.userId, client.metadata.mfa_policy)
  return judge(situation, proved, request.asked.acr)
}
