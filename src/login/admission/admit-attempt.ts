import type { Request } from '../../http/index.ts'
import type { Attempt } from '../../limits/index.ts'
import { limitFailures } from '../../limits/index.ts'
import { isKnownDevice } from '../../session/index.ts'
import type { LoginNeeds } from '../needs.ts'

type Needs = Pick<LoginNeeds, 'db' | 'limits' | 'cookies'>

/**
 * A device that proved to be of the account is counted by itself, so that strangers cannot delay it. It
 * is looked for only when strangers have to wait, which saves the read at every other attempt.
 * `identifier` names the account as it was typed. Fails with 429 when it is too early.
 */
export async function admitAttempt(
  needs: Needs,
  request: Request,
  { identifier, ...attempt }: Attempt & { readonly identifier: string },
): Promise<Attempt> {
  const asStranger = await needs.limits.beforeAttempt(attempt)
  if (asStranger.allowed) return attempt
  const device = needs.cookies.readDevice(request)
  if (device === undefined || !(await isKnownDevice(needs.db, identifier, device))) {
    throw limitFailures.too_soon(asStranger.retryAfter)
  }
  const known = { ...attempt, device }
  const asOwner = await needs.limits.beforeAttempt(known)
  if (!asOwner.allowed) throw limitFailures.too_soon(asOwner.retryAfter)
  return known
}
