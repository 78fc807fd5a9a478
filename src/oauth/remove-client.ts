import type { Origin } from '../audit/index.ts'
import type { ClientId, Clock, Random } from '../base/index.ts'
import type { ClientCache } from '../clients/index.ts'
import { deleteClient, switchClient } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import { deleteClientFamilies, hasFamilies } from '../session/index.ts'

/** As many grants go along with their client in one transaction. */
const partSize = 5000

export type RemoveClientNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly clients: ClientCache
}

/**
 * Deletes a client. One with very many grants is stopped first and loses them part by part: all at once they
 * would take longer than a statement may.
 */
export async function removeClient(
  needs: RemoveClientNeeds,
  clientId: ClientId,
  by: { readonly actor: string; readonly origin?: Origin },
): Promise<void> {
  if (await hasFamilies(needs.db, clientId, partSize)) {
    await switchClient(needs, clientId, { active: false, by })
    needs.clients.forget(clientId)
    while ((await deleteClientFamilies(needs.db, clientId, partSize)) === partSize);
  }
  await deleteClient(needs, clientId, by)
}
