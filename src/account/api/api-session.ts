import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Assurance } from '../../mfa/index.ts'
import { mintAccessToken } from '../../oauth/index.ts'
import type { Family, FamilyStart, Person, Session } from '../../session/index.ts'
import {
  apiDevice,
  noticeDevice,
  proofDetails,
  rotateFamily,
  startFamily,
  startSession,
  touchSession,
} from '../../session/index.ts'
import { accountFailures } from '../failures.ts'
import type { AccountNeeds } from '../needs.ts'
import { audienceOf, firstParty } from '../principal.ts'

export type ApiTokens = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly refresh_token: string
}

/** Starts a session for a first-party application, in one transaction. */
export async function startApiSession(
  needs: AccountNeeds,
  {
    person,
    proved,
    origin,
  }: { readonly person: Person; readonly proved: Assurance; readonly origin: Origin },
): Promise<ApiTokens> {
  const started = await needs.db.transaction(async (tx) => {
    const { ip, userAgent } = origin
    const { session } = await startSession({ ...needs, lifetimes: needs.apiLifetimes }, tx, {
      kind: 'api',
      userId: person.id,
      proved,
      remembered: true,
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    })
    await noticeDevice(needs, tx, { person, device: apiDevice(userAgent), origin })
    await appendAudit(needs, tx, {
      actor: `user:${person.id}`,
      action: 'session.start',
      resource: `session:${session.id}`,
      outcome: 'success',
      origin,
      details: proofDetails(proved),
    })
    return startFamily(needs, tx, familyOf(session))
  })
  if (started === undefined) throw new Error('a session that was just started has ended')
  return tokens(needs, started.family, started.refreshToken ?? '')
}

function familyOf({ id, userId, authTime, amr, acr, expiresAt }: Session): FamilyStart {
  return {
    kind: 'api',
    userId,
    clientId: null,
    sessionId: id,
    scopes: [],
    claims: null,
    offline: false,
    authTime,
    amr,
    acr,
    expiresAt,
    withRefreshToken: true,
  }
}

/** Rotates a first-party refresh token; a replay ends the family. */
export async function refreshApiSession(needs: AccountNeeds, token: string): Promise<ApiTokens> {
  const presented = needs.refreshTokens.parse(token)
  if (presented === undefined) throw accountFailures.invalid_refresh()
  const { idle } = needs.apiLifetimes
  const rules = { idle, grace: needs.refreshGrace, sessionIdle: idle }
  const rotation = await needs.db.transaction(
    (tx) => rotateFamily({ ...needs, rules }, tx, presented, (family) => family.kind === 'api'),
    { idempotent: true },
  )
  if (!rotation.ok) {
    if (rotation.why === 'replayed') needs.onReuse()
    throw accountFailures.invalid_refresh({ log: { why: rotation.why } })
  }
  const { family } = rotation
  // The refresh is the use of such a session. Outside of the transaction: who ends a session locks it
  // first and its families then, so the other way round could end in a deadlock.
  const { sessionId } = family
  if (!rotation.repeated && sessionId !== null) {
    await touchSession(needs.db, sessionId, needs.clock.now())
  }
  return tokens(needs, family, rotation.refreshToken)
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
