import type { Clock } from '../../base/index.ts'
import { parseUserId } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { isPublic } from '../../clients/index.ts'
import type { Queries } from '../../db/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser, findUserByIdentifier } from '../../identity/index.ts'
import type { MfaCore } from '../../mfa/index.ts'
import { judge, passwordProof, situationOf } from '../../mfa/index.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'
import type { VerifiedClaims } from './verify-assertion.ts'

export type AssertedSubjectNeeds = {
  readonly db: Queries
  readonly clock: Clock
  readonly mfa: MfaCore
}

/** Whom an assertion is about, as we know them; or why nobody may act by it, for the log. */
export type AssertedSubject =
  | { readonly ok: true; readonly user: User | undefined }
  | { readonly ok: false; readonly why: string }

const refused = (why: string) => ({ ok: false, why }) as const

/** The active person whom a trusted issuer speaks of, or nobody where the client acts for itself. */
export async function assertedSubject(
  needs: AssertedSubjectNeeds,
  client: Client,
  { trusted, claims }: { readonly trusted: TrustedIssuer; readonly claims: VerifiedClaims },
): Promise<AssertedSubject> {
  if (trusted.subject === 'client') {
    // RFC 6749 section 4.4: only a client that authenticates acts for itself.
    return isPublic(client) ? refused('public client') : { ok: true, user: undefined }
  }
  const user = await personOf(needs.db, trusted, claims)
  if (user === undefined) return refused('unknown person')
  if (!user.isActive) return refused('inactive person')
  const proved = saysSecondFactor(trusted, claims) || (await isEnough(needs, client, user))
  return proved ? { ok: true, user } : refused('second factor')
}

function personOf(
  queries: Queries,
  { subject }: TrustedIssuer,
  { sub, email, email_verified: verified }: VerifiedClaims,
): Promise<User | undefined> | undefined {
  switch (subject) {
    case 'user_id': {
      const id = parseUserId(sub)
      return id && findUser(queries, id)
    }
    case 'username':
      return sub.includes('@') ? undefined : findUserByIdentifier(queries, sub)
    case 'email':
      return verified === true && typeof email === 'string' && email.includes('@')
        ? withVerifiedEmail(queries, email)
        : undefined
    case 'client':
      return undefined
  }
}

/** An address that nobody confirmed to us may be somebody else's. */
async function withVerifiedEmail(queries: Queries, email: string): Promise<User | undefined> {
  const user = await findUserByIdentifier(queries, email)
  return user?.emailVerified === true ? user : undefined
}

/** ASVS 6.8.4: what the issuer says of the strength counts only as far as we trust it with that. */
function saysSecondFactor({ secondFactorAcr }: TrustedIssuer, { acr }: VerifiedClaims): boolean {
  return typeof acr === 'string' && secondFactorAcr.includes(acr)
}

/** Otherwise the assertion is worth as much as a password. */
async function isEnough(
  { mfa, clock }: AssertedSubjectNeeds,
  client: Client,
  user: User,
): Promise<boolean> {
  const situation = await situationOf(mfa, user.id, client.metadata.mfa_policy)
  return judge(situation, passwordProof(clock)).do === 'pass'
}
