/**
 * client-metadata-document: clients whose id is the address of a document
 * (draft-ietf-oauth-client-id-metadata-document, CIMD). Reads, judges and keeps documents; the table is that of
 * `clients`. Never asks another server except where a client may begin (`ready-routes.ts`).
 */

import type { ClientId, Clock, Random } from '../../base/index.ts'
import { addSeconds, Failure } from '../../base/index.ts'
import type { ClientCache } from '../../clients/index.ts'
import {
  completeMetadata,
  keepDocument,
  requireSector,
  selectDocumentUntil,
} from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import { isUniqueViolation } from '../../db/index.ts'
import type { Origin } from '../../http/index.ts'
import type { Limits } from '../../limits/index.ts'
import type { Outgoing } from '../../outgoing/index.ts'
import { oauthFailures } from '../failures.ts'
import type { ProtocolSettings } from '../settings.ts'
import { isDocumentId, meansDocument } from './document-id.ts'
import { freshFor } from './freshness.ts'
import { readDocument } from './read-document.ts'

/** Clients whose id is the address of their metadata (draft-ietf-oauth-client-id-metadata-document, CIMD). */
export type Documents = {
  /** Makes such a client known before it is looked for; throws when it cannot be. Others pass. */
  readonly ready: (clientId: string | undefined, origin: Origin) => Promise<void>
}

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly clients: ClientCache
  readonly limits: Limits
  readonly outgoing: Outgoing
  readonly outgoingHosts: readonly string[]
  readonly protocol: ProtocolSettings
}

/** Seconds for which a document that could not be read is not asked for again. */
const pause = 60
/** Seconds for which a client goes on as it was known while its document cannot be read. */
const stale = 86_400
const most = 1000

export function createDocuments(needs: Needs): Documents {
  const failed = new Map<string, Date>()
  const running = new Map<string, Promise<boolean>>()
  const isPaused = (clientId: string) => {
    const until = failed.get(clientId)
    return until !== undefined && needs.clock.now() < until
  }
  const attempt = async (clientId: ClientId, origin: Origin): Promise<boolean> => {
    const known = running.get(clientId)
    if (known !== undefined) return known
    if (isPaused(clientId)) return false
    // Whoever makes us ask others does so as often as strangers may do anything.
    await needs.limits.admit(['public', { ip: origin.ip }])
    if (isPaused(clientId)) return false
    const work = running.get(clientId) ?? readAnew(needs, clientId, origin)
    running.set(clientId, work)
    try {
      const succeeded = await work
      remember(failed, clientId, succeeded ? undefined : addSeconds(needs.clock.now(), pause))
      return succeeded
    } finally {
      running.delete(clientId)
    }
  }
  return {
    async ready(id, origin) {
      if (id === undefined || !meansDocument(id)) return
      const unknown = (why: string) => oauthFailures.unknown_client({ log: { document: why } })
      if (!isAccepted(needs.protocol, id)) throw unknown('not accepted')
      const clientId = id as ClientId
      const until = await selectDocumentUntil(needs.db, clientId)
      const now = needs.clock.now()
      if (until !== undefined && now < until) return
      if (until !== undefined && now < addSeconds(until, stale)) {
        // Who may not make us ask now goes on with what is known.
        await attempt(clientId, origin).catch(passFailure)
      } else if (!(await attempt(clientId, origin))) throw unknown('cannot be read')
    },
  }
}

function passFailure(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}

function isAccepted(
  { clientIdMetadata, clientIdMetadataHosts: hosts }: ProtocolSettings,
  id: string,
): boolean {
  if (!clientIdMetadata || !isDocumentId(id)) return false
  const { host, hostname } = new URL(id)
  return hosts.length === 0 || hosts.includes(host) || hosts.includes(hostname)
}

async function isFresh(needs: Needs, clientId: ClientId): Promise<boolean> {
  const until = await selectDocumentUntil(needs.db, clientId)
  return until !== undefined && needs.clock.now() < until
}

/** Whether the document could be read and the client is known as it says. */
async function readAnew(needs: Needs, clientId: ClientId, origin: Origin): Promise<boolean> {
  try {
    // It may have been read since it was looked for.
    if (await isFresh(needs, clientId)) return true
    const read = await readDocument(needs, clientId)
    if (!read.ok) return false
    await requireSector(needs, completeMetadata(read.input))
    const now = needs.clock.now()
    await keepDocument(needs, {
      clientId,
      input: read.input,
      until: addSeconds(now, freshFor(read.answer, now)),
      expiresAt: addSeconds(now, needs.protocol.registrationLifetime),
      origin,
    })
    needs.clients.forget(clientId)
    return true
  } catch (error) {
    // Metadata that nobody may be registered with: the document is as good as none.
    if (error instanceof Failure) return false
    // Another process was as fast.
    if (isUniqueViolation(error, 'clients_client_id_unique')) return true
    throw error
  }
}

function remember(failed: Map<string, Date>, clientId: string, until: Date | undefined): void {
  failed.delete(clientId)
  if (until === undefined) return
  const [oldest] = failed.keys()
  if (failed.size >= most && oldest !== undefined) failed.delete(oldest)
  failed.set(clientId, until)
}
