import { appendAudit } from '../audit/index.ts'
import type { Flow } from '../flow/index.ts'
import type { Origin } from '../http/index.ts'
import { saveRehash, verifyCredentials } from '../identity/index.ts'
import type { Session } from '../session/index.ts'
import { signInBrowser } from '../session/index.ts'
import type { LoginNeeds } from './needs.ts'

type Attempt = {
  readonly identifier: string
  readonly password: string
  readonly before: Session | undefined
  readonly origin: Origin
  readonly flow: Flow | undefined
}

/**
 * Proves a password: one read, one hash, one transaction. Every refusal looks the same from outside; why
 * it was refused is in the audit log only.
 */
export async function passPassword(
  needs: LoginNeeds,
  attempt: Attempt,
): Promise<{ session: Session; token: string } | undefined> {
  const { identifier, password, before, origin, flow } = attempt
  const result = await verifyCredentials(needs, identifier, password)
  needs.countLogin(result.ok ? 'success' : 'refused')
  if (!result.ok) {
    await appendAudit(needs, needs.db, {
      actor: 'anonymous',
      action: 'session.start',
      resource: 'session',
      outcome: 'refused',
      origin,
      details: { why: result.why, ...(flow?.clientId && { client: flow.clientId }) },
    })
    return undefined
  }
  if (result.rehash !== undefined) await saveRehash(needs.db, result.user, result.rehash)
  return signInBrowser(needs, result.user.id, before, origin)
}
