import type { ClientId, FamilyId, SessionId, UserId } from '../base/index.ts'
import { sameText, sha256 } from '../base/index.ts'
import type { AuthorizationDetail } from '../session/index.ts'
import type { ClaimsRequest } from './claims.ts'

/** What an authorization code stands for, fixed when it was issued. */
export type CodeGrant = {
  readonly redirectUri: string
  /** Whether the authorization request named the redirect URI (RFC 6749 section 4.1.3). */
  readonly redirectUriSent: boolean
  readonly scopes: readonly string[]
  readonly codeChallenge: string | undefined
  readonly nonce: string | undefined
  readonly claims: ClaimsRequest | undefined
  /** RFC 8707, RFC 9396 and RFC 9449 section 10; codes of before they were known have none. */
  readonly resources?: readonly string[]
  readonly details?: readonly AuthorizationDetail[] | undefined
  readonly dpopJkt?: string | undefined
  /** Milliseconds since 1970. */
  readonly authTime: number
  /** When the session ends at the latest, in the same unit. */
  readonly sessionEnds: number
  readonly amr: readonly string[]
  readonly acr: string
}

export type StoredCode = {
  readonly digest: Buffer
  readonly clientId: ClientId
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly grantData: CodeGrant
  readonly expiresAt: Date
  readonly usedAt: Date | null
  readonly familyId: FamilyId | null
}

export type CodeRefusal =
  | 'foreign'
  | 'replayed'
  | 'expired'
  | 'redirect_uri'
  | 'verifier_missing'
  | 'verifier_unexpected'
  | 'verifier_wrong'

type Presented = {
  readonly clientId: ClientId
  readonly redirectUri: string | undefined
  readonly verifier: string | undefined
  readonly now: Date
}

/** Why a code may not be redeemed; undefined when it may. */
export function decideCode(code: StoredCode, presented: Presented): CodeRefusal | undefined {
  const { grantData } = code
  if (code.clientId !== presented.clientId) return 'foreign' // RFC 6749 section 5.2
  if (code.usedAt !== null) return 'replayed' // RFC 6749 section 4.1.2
  if (presented.now >= code.expiresAt) return 'expired'
  if (grantData.redirectUriSent || presented.redirectUri !== undefined) {
    if (presented.redirectUri !== grantData.redirectUri) return 'redirect_uri' // RFC 6749 section 4.1.3
  }
  return decideVerifier(grantData.codeChallenge, presented.verifier)
}

function decideVerifier(
  challenge: string | undefined,
  verifier: string | undefined,
): CodeRefusal | undefined {
  if (challenge === undefined) {
    return verifier === undefined ? undefined : 'verifier_unexpected' // RFC 9700 section 4.8.2
  }
  if (verifier === undefined) return 'verifier_missing'
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return 'verifier_wrong' // RFC 7636 section 4.1
  const expected = sha256(verifier).toString('base64url') // RFC 7636 section 4.6
  return sameText(expected, challenge) ? undefined : 'verifier_wrong'
}
