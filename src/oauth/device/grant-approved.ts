import type { Clock, Random, UserId } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { Tx } from '../../db/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Family, FamilyStart, RefreshTokens, TokenBinding } from '../../session/index.ts'
import { startFamily } from '../../session/index.ts'
import { grantBinding } from '../binding/binding.ts'
import type { Approval, AskedElsewhere } from './waiting.ts'

export type GrantApprovedNeeds = {
  readonly clock: Clock
  readonly random: Random
  readonly refreshTokens: RefreshTokens
  /** Seconds. */
  readonly refreshAbsoluteLifetime: number
}

type Approved = {
  readonly userId: UserId
  readonly asked: AskedElsewhere
  readonly approval: Approval
}

export type Granted =
  | {
      readonly ok: true
      readonly user: User
      readonly family: Family
      readonly refreshToken: string | undefined
    }
  | { readonly ok: false; readonly why: 'inactive_user' | 'session_ended' }

/** The grant that a person allowed on another device; it hangs on the session in which that was. */
export async function grantApproved(
  needs: GrantApprovedNeeds,
  tx: Tx,
  approved: Approved,
  { client, binding }: { readonly client: Client; readonly binding: TokenBinding | undefined },
): Promise<Granted> {
  const user = await findUser(tx, approved.userId)
  if (user?.isActive !== true) return { ok: false, why: 'inactive_user' }
  const started = await startFamily(needs, tx, {
    ...familyOf(needs, approved),
    clientId: client.clientId,
    binding: grantBinding(client, binding),
    withRefreshToken: client.metadata.grant_types.includes('refresh_token'),
  })
  return started === undefined
    ? { ok: false, why: 'session_ended' }
    : { ok: true, user, ...started }
}

function familyOf(
  { clock, refreshAbsoluteLifetime }: GrantApprovedNeeds,
  { userId, asked, approval }: Approved,
): Omit<FamilyStart, 'clientId' | 'binding' | 'withRefreshToken'> {
  const offline = asked.scopes.includes('offline_access')
  const latest = addSeconds(clock.now(), refreshAbsoluteLifetime)
  return {
    kind: 'oauth',
    userId,
    sessionId: approval.sessionId,
    scopes: asked.scopes,
    claims: null,
    resources: asked.resources,
    details: asked.details,
    offline,
    authTime: new Date(approval.authTime),
    amr: approval.amr,
    acr: approval.acr,
    // What is not offline access may not outlive the session it came from.
    expiresAt: offline ? latest : new Date(Math.min(latest.getTime(), approval.sessionEnds)),
  }
}
