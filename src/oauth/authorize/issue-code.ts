import type { Clock, Random } from '../../base/index.ts'
import { addSeconds, randomToken, sha256 } from '../../base/index.ts'
import { demandsOf } from '../../clients/index.ts'
import type { AcrWish } from '../../mfa/index.ts'
import { meets } from '../../mfa/index.ts'
import type { Session } from '../../session/index.ts'
import type { StoredCode } from '../code.ts'
import type { AuthorizationRequest } from './request.ts'

type Needs = {
  readonly clock: Clock
  readonly random: Random
  /** Seconds. */
  readonly codeLifetime: number
}

/** The first of the wishes that is met, in the words of the client; our own otherwise (OIDC Core section 2). */
export function reportedAcr(session: Session, wish: AcrWish | undefined): string {
  return wish?.values.find((value) => meets(session, value)) ?? session.acr
}

/** A code for the client, and the row that knows only its digest. */
export type NewCode = {
  readonly text: string
  readonly row: Omit<StoredCode, 'usedAt' | 'familyId'>
}

/** An authorization code for the person of this session (RFC 6749 section 4.1.2); writing it is up to the caller. */
export function newCode(needs: Needs, request: AuthorizationRequest, session: Session): NewCode {
  const { client } = request
  const text = randomToken(needs.random)
  const longest = demandsOf(client).longestCode ?? needs.codeLifetime
  return {
    text,
    row: {
      digest: sha256(text),
      clientId: client.clientId,
      userId: session.userId,
      sessionId: session.id,
      expiresAt: addSeconds(needs.clock.now(), Math.min(needs.codeLifetime, longest)),
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
    },
  }
}
