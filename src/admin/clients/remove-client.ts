import type { ClientId } from '../../base/index.ts'
import { deleteClient, switchClient } from '../../clients/index.ts'
import { deleteClientFamilies, hasFamilies } from '../../session/index.ts'
import type { Acting } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'

/** As many grants go along with their client in one transaction. */
const partSize = 5000

/**
 * Deletes a client. One with very many grants is stopped first and loses them part by part: all at once they
 * would take longer than a statement may.
 */
export async function removeClient(
  needs: AdminNeeds,
  clientId: ClientId,
  by: Acting['by'],
): Promise<void> {
  if (await hasFamilies(needs.db, clientId, partSize)) {
    await switchClient(needs, clientId, { active: false, by })
    needs.clients.forget(clientId)
    while ((await deleteClientFamilies(needs.db, clientId, partSize)) === partSize);
  }
  await deleteClient(needs, clientId, by)
}
