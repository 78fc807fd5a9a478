import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { UserId } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import { mintAccessToken } from '../oauth/index.ts'
import type { Family } from '../session/index.ts'
import { acrPassword, rotateFamily, startFamily, startSession } from '../session/index.ts'
import { accountFailures } from './failures.ts'
import type { AccountNeeds } from './needs.ts'
import { audienceOf, firstParty } from './principal.ts'

export type ApiTokens = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly refresh_token: string
}

/** Starts a session for a first-party application, in one transaction. */
export async function startApiSession(
  needs: AccountNeeds,
  userId: UserId,
  origin: Origin,
): Promise<ApiTokens> {
  const started = await needs.db.transaction(async (tx) => {
    const { ip, userAgent } = origin
    const { session } = await startSession({ ...needs, lifetimes: needs.apiLifetimes }, tx, {
      kind: 'api',
      userId,
      amr: ['pwd'],
      acr: acrPassword,
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    })
    await appendAudit(needs, tx, {
      actor: `user:${userId}`,
      action: 'session.start',
      resource: `session:${session.id}`,
      outcome: 'success',
      origin,
    })
    const { authTime, amr, acr } = session
    return startFamily(needs, tx, {
      kind: 'api',
      userId,
      clientId: null,
      sessionId: session.id,
      scopes: [],
      claims: null,
      offline: false,
      authTime,
      amr,
      acr,
      expiresAt: addSeconds(needs.clock.now(), needs.apiLifetimes.absolute),
      withRefreshToken: true,
    })
  })
  if (started === undefined) throw new Error('a session that was just started has ended')
  return tokens(needs, started.family, started.refreshToken ?? '')
}

/** Rotates a first-party refresh token; a replay ends the family. */
export async function refreshApiSession(needs: AccountNeeds, token: string): Promise<ApiTokens> {
  const presented = needs.refreshTokens.parse(token)
  if (presented === undefined) throw accountFailures.invalid_refresh()
  const rules = { idle: needs.apiLifetimes.idle, grace: needs.refreshGrace }
  const rotation = await needs.db.transaction(
    (tx) => rotateFamily({ ...needs, rules }, tx, presented, (family) => family.kind === 'api'),
    { idempotent: true },
  )
  if (!rotation.ok) {
    if (rotation.why === 'replayed') needs.onReuse()
    throw accountFailures.invalid_refresh({ log: { why: rotation.why } })
  }
  return tokens(needs, rotation.family, rotation.refreshToken)
}

async function tokens(
  needs: AccountNeeds,
  family: Family,
  refreshToken: string,
): Promise<ApiTokens> {
  const token = await mintAccessToken(needs, {
    subject: family.userId,
    clientId: firstParty,
    audience: audienceOf(needs.issuer),
    scopes: [],
    lifetime: needs.accessLifetime,
    grant: family,
  })
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: needs.accessLifetime,
    refresh_token: refreshToken,
  }
}
