import { appendAudit } from '../../audit/index.ts'
import type { ClientId, FamilyId, UserId } from '../../base/index.ts'
import { deleteClientCodes, deleteClientOpaqueTokens } from '../../oauth/index.ts'
import { revokeFamiliesOf, revokeGrant } from '../../session/index.ts'
import type { Acting } from '../acting.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'

type Needs = Pick<AdminNeeds, 'db' | 'clock' | 'random'>
type One = { readonly id: FamilyId; readonly userId?: UserId; readonly clientId?: ClientId }

/** Ends a grant of this user, or to this client; that of another is as unknown as one that never was. */
export async function endGrant(needs: Needs, { id, ...of }: One, by: Acting['by']): Promise<void> {
  await needs.db.transaction(async (tx) => {
    const ended = await revokeGrant(tx, id, of, needs.clock.now())
    if (ended === undefined) throw adminFailures.unknown_token()
    await appendAudit(needs, tx, {
      ...by,
      action: 'grant.revoke',
      resource: `user:${ended.userId}`,
      outcome: 'success',
      details: { grant: id, client: ended.clientId },
    })
  })
}

/** Grants in one transaction: a client may have millions. */
const partSize = 5000

/** Ends all that was given to a client until now, part by part, each with its entry in the audit log. */
export async function endClientGrants(
  needs: Needs,
  clientId: ClientId,
  by: Acting['by'],
): Promise<number> {
  let total = 0
  let after: string | undefined
  for (;;) {
    const part = await endPart(needs, { clientId, after, by })
    total += part.ended
    if (part.seen < partSize || part.end === null) return total
    after = part.end
  }
}

type Part = {
  readonly clientId: ClientId
  readonly after: string | undefined
  readonly by: Acting['by']
}

function endPart(needs: Needs, { clientId, after, by }: Part) {
  return needs.db.transaction(async (tx) => {
    if (after === undefined) {
      await deleteClientCodes(tx, clientId)
      await deleteClientOpaqueTokens(tx, clientId)
    }
    const limits = { after, limit: partSize, now: needs.clock.now() }
    const part = await revokeFamiliesOf(tx, clientId, limits)
    if (part.ended > 0 || after === undefined) {
      await appendAudit(needs, tx, {
        ...by,
        action: 'client.revoke_tokens',
        resource: `client:${clientId}`,
        outcome: 'success',
        details: { count: part.ended },
      })
    }
    return part
  })
}
