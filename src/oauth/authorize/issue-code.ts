import type { Clock, Random } from '../../base/index.ts'
import { addSeconds, randomToken, sha256 } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { AcrWish } from '../../mfa/index.ts'
import { meets } from '../../mfa/index.ts'
import type { Session } from '../../session/index.ts'
import { insertCode } from '../store.ts'
import type { AuthorizationRequest } from './request.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  /** Seconds. */
  readonly codeLifetime: number
}

/** The first of the wishes that is met, in the words of the client; our own otherwise (OIDC Core section 2). */
function reportedAcr(session: Session, wish: AcrWish | undefined): string {
  return wish?.values.find((value) => meets(session, value)) ?? session.acr
}

/** Writes an authorization code for the person of this session (RFC 6749 section 4.1.2): one statement. */
export async function issueCode(
  needs: Needs,
  request: AuthorizationRequest,
  session: Session,
): Promise<string> {
  const code = randomToken(needs.random)
  await insertCode(needs.db, {
    digest: sha256(code),
    clientId: request.client.clientId,
    userId: session.userId,
    sessionId: session.id,
    expiresAt: addSeconds(needs.clock.now(), needs.codeLifetime),
    grantData: {
      redirectUri: request.redirect.uri,
      redirectUriSent: request.redirectUriSent,
      scopes: request.scopes,
      codeChallenge: request.codeChallenge,
      nonce: request.nonce,
      claims: request.claims,
      resources: request.resources,
      details: request.details,
      dpopJkt: request.dpopJkt,
      authTime: session.authTime.getTime(),
      sessionEnds: session.expiresAt.getTime(),
      amr: session.amr,
      acr: reportedAcr(session, request.acr),
    },
  })
  return code
}
