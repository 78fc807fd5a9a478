import type { Clock, Random } from '../../base/index.ts'
import { addSeconds, randomToken, sha256 } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
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
      authTime: session.authTime.getTime(),
      sessionEnds: session.expiresAt.getTime(),
      amr: session.amr,
      acr: session.acr,
    },
  })
  return code
}
