import type { ClientId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

/** Until when the document of a client need not be read again; undefined for a client that is not known. */
export async function selectDocumentUntil(
  queries: Queries,
  clientId: ClientId,
): Promise<Date | undefined> {
  const row = await queries.maybe<{ documentUntil: Date | null }>(sql`
    SELECT document_until FROM clients WHERE client_id = ${clientId} AND registered_by = 'document'`)
  return row?.documentUntil ?? undefined
}

export async function setDocumentUntil(tx: Tx, clientId: ClientId, until: Date): Promise<void> {
  await tx.run(sql`UPDATE clients SET document_until = ${until} WHERE client_id = ${clientId}`)
}
