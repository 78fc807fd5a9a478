import type { Clock } from '../../base/index.ts'
import type { ClientCache } from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Queue, RunningJob } from '../../jobs/index.ts'
import { GiveUp } from '../../jobs/index.ts'
import type { Sealer } from '../../keys/index.ts'
import type { Limits } from '../../limits/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { Outgoing, Receiver } from '../../outgoing/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import { sealedFor } from './start-backchannel.ts'
import type { NotifiedRequest } from './store.ts'
import { selectBackchannelRequest } from './store.ts'

export type TellNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly clients: ClientCache
  readonly queue: Queue
  readonly limits: Limits
  readonly sealer: Sealer
  readonly outgoing: Outgoing
  readonly issuer: string
  /** The operator's own application; absent where there is none. */
  readonly hook: Receiver | undefined
}

type Named = { readonly id: string }

/** Where a person answers. */
const page = '/account/applications/requests'

/** The person is told by a letter, but not so often that a client could fill a mailbox. */
export async function writeBackchannelLetter(needs: TellNeeds, { id }: Named): Promise<void> {
  const found = await openRequest(needs, id)
  if (found === undefined) return
  const { request, client, user } = found
  if (user.email === null || !user.emailVerified) return
  const { allowed } = await needs.limits.consume('recovery', { account: `asked ${user.id}` })
  if (!allowed) return
  await writeLetter(needs, needs.db, {
    to: user.email,
    locale: user.profile.locale ?? 'en',
    template: 'backchannel-request',
    values: {
      username: user.username,
      application: client.name,
      message: request.bindingMessage ?? '',
      until: request.expiresAt.toISOString(),
      link: needs.issuer + page,
    },
  })
}

/** The operator's application is told, which can put the question on a device of the person at once. */
export async function callBackchannelHook(
  needs: TellNeeds,
  { id }: Named,
  job: Pick<RunningJob, 'id'>,
): Promise<void> {
  const found = await openRequest(needs, id)
  if (found === undefined) return
  const { request, client, user } = found
  const body = {
    id: job.id,
    type: 'backchannel_request',
    request: {
      id,
      user_id: user.id,
      client_id: client.clientId,
      client_name: client.name,
      binding_message: request.bindingMessage,
      scopes: request.asked.scopes,
      created_at: request.createdAt.toISOString(),
      expires_at: request.expiresAt.toISOString(),
    },
  }
  await needs.hook?.({
    contentType: 'application/json',
    body: JSON.stringify(body),
    headers: { 'cardea-delivery': job.id },
  })
}

/** What still waits, with who asks whom. */
async function openRequest({ db, clock, clients }: TellNeeds, id: string) {
  const request = await selectBackchannelRequest(db, id)
  if (request?.status !== 'pending' || clock.now() >= request.expiresAt) return undefined
  const [client, user] = await Promise.all([
    clients.find(request.clientId),
    findUser(db, request.userId),
  ])
  return client === undefined || user?.isActive !== true ? undefined : { request, client, user }
}

/** CIBA Core section 10.2: the client is told that it can fetch the answer. Rejects until it has taken it. */
export async function pingClient(needs: TellNeeds, { id }: Named): Promise<void> {
  const request = await selectBackchannelRequest(needs.db, id)
  if (request === undefined || needs.clock.now() >= request.expiresAt) return
  const client = await needs.clients.find(request.clientId)
  const endpoint = client?.metadata.backchannel_client_notification_endpoint
  const notification = notificationOf(needs, request)
  if (endpoint === undefined || notification === undefined) return
  const message = {
    contentType: 'application/json',
    body: JSON.stringify({ auth_req_id: notification.auth_req_id }),
    headers: { authorization: `Bearer ${notification.token}` },
  }
  const { status } = await needs.outgoing.post(endpoint, message).catch(hopeless)
  if (status >= 200 && status < 300) return
  const passes = status >= 500 || status === 429 || status === 408
  // Section 10.2: asking again does not change a refusal.
  if (!passes) throw new GiveUp(`the client refused a notification with ${status}`)
  throw new Error(`the client answered ${status}`)
}

/** Section 10.2: nobody is followed elsewhere. What may never be asked is not asked again. */
function hopeless(error: unknown): never {
  const never = ['redirect', 'bad_url', 'not_https', 'forbidden_address']
  if (error instanceof OutgoingError && never.includes(error.trouble)) {
    throw new GiveUp('the address of the client may not be asked', { cause: error })
  }
  throw error
}

function notificationOf(
  { sealer }: TellNeeds,
  { id, sealedNotification: sealed }: NotifiedRequest,
): { readonly auth_req_id: string; readonly token: string } | undefined {
  return sealed === null ? undefined : JSON.parse(sealer.open(sealed, sealedFor(id)).toString())
}
