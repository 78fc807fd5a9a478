import { jwtVerify } from 'jose'
import type { SessionId } from '../../base/index.ts'
import { isUuid, numericDate, parseUserId } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { signingAlgorithms } from '../../keys/index.ts'
import type { ActiveNeeds } from '../active-token.ts'
import type { Subjects } from '../subject.ts'
import { verifyingKey } from '../verifying-key.ts'
import type { Reading } from './presented-token.ts'
import type { LivingGrant } from './store.ts'
import { findGrantOfPerson, findGrantOfSession } from './store.ts'

export type IdTokenNeeds = ActiveNeeds & { readonly subjects: Subjects }

type Claims = {
  readonly sub: string
  readonly aud: string
  readonly exp: number
  readonly sid: unknown
  readonly mayAct: unknown
}

/**
 * An ID token of ours. It proves a sign-in and grants nothing, so it is worth what the grant behind it still
 * is; where that is gone, nothing.
 */
export async function readIdToken(needs: IdTokenNeeds, text: string): Promise<Reading> {
  const claims = await verified(needs, text)
  if (claims === undefined) return { ok: false, why: 'not valid' }
  const client = await needs.clients.find(claims.aud)
  if (client === undefined) return { ok: false, why: 'client gone' }
  const grant = await grantOf(needs, client, claims)
  if (grant === undefined) return { ok: false, why: 'no living grant' }
  return {
    ok: true,
    token: {
      subject: { type: 'user', id: grant.userId },
      issuedTo: client.clientId,
      audience: [client.clientId],
      usualTargets: grant.resources,
      scopes: grant.scopes,
      details: grant.details ?? undefined,
      binding: undefined,
      actor: undefined,
      mayAct: claims.mayAct,
      expiresAt: Math.min(claims.exp, numericDate(grant.expiresAt)),
      grant,
    },
  }
}

async function verified(needs: IdTokenNeeds, text: string): Promise<Claims | undefined> {
  try {
    const { payload } = await jwtVerify(text, verifyingKey(needs.keys), {
      issuer: needs.issuer,
      algorithms: [...signingAlgorithms],
      typ: 'JWT',
      requiredClaims: ['sub', 'aud', 'exp', 'iat'],
      currentDate: needs.clock.now(),
    })
    const { sub, aud, exp, sid, may_act: mayAct } = payload
    // Access tokens and logout tokens are signed by the same keys (RFC 8725 section 3.12).
    if ('client_id' in payload || 'events' in payload) return undefined
    if (sub === undefined || typeof aud !== 'string' || exp === undefined) return undefined
    return { sub, aud, exp, sid, mayAct }
  } catch {
    return undefined
  }
}

async function grantOf(
  { db, clock, subjects }: IdTokenNeeds,
  client: Client,
  { sub, sid }: Claims,
): Promise<LivingGrant | undefined> {
  const userId = parseUserId(sub)
  const sessionId = typeof sid === 'string' && isUuid(sid) ? (sid as SessionId) : undefined
  const sought = { clientId: client.clientId, now: clock.now() }
  const grant =
    userId === undefined
      ? sessionId && (await findGrantOfSession(db, sought, sessionId))
      : await findGrantOfPerson(db, sought, userId, sessionId)
  return grant !== undefined && subjects.of(client, grant.userId) === sub ? grant : undefined
}
