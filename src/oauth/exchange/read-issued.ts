import type { Client } from '../../clients/index.ts'
import type { AssertedSubjectNeeds } from '../trusted-issuers/asserted-subject.ts'
import { assertedSubject } from '../trusted-issuers/asserted-subject.ts'
import type { AssertionNeeds } from '../trusted-issuers/verify-assertion.ts'
import { verifyIssued } from '../trusted-issuers/verify-assertion.ts'
import type { Reading } from './presented-token.ts'

export type IssuedNeeds = AssertionNeeds & AssertedSubjectNeeds

/**
 * A JWT of an issuer that an administrator trusts, about somebody whom we know. It may be shown again until
 * it expires: an exchange uses nothing up (RFC 8693 section 2.1).
 */
export async function readIssued(
  needs: IssuedNeeds,
  client: Client,
  text: string,
): Promise<Reading> {
  const verified = await verifyIssued(needs, client, text)
  if (!verified.ok) return verified
  const found = await assertedSubject(needs, client, verified)
  if (!found.ok) return found
  const { claims, trusted } = verified
  const { user } = found
  return {
    ok: true,
    token: {
      subject:
        user === undefined
          ? { type: 'client', id: client.clientId }
          : { type: 'user', id: user.id },
      issuedTo: undefined,
      audience: [],
      usualTargets: [],
      scopes: trusted.scopes ?? undefined,
      details: undefined,
      // A key of theirs that we would not check; nothing is bound to it here.
      binding: undefined,
      actor: undefined,
      mayAct: claims.may_act,
      expiresAt: claims.exp,
      grant: undefined,
    },
  }
}
