/**
 * email-code: codes sent to the proven address of an account.
 * Owns the table `mfa_email_codes` and `email_code_since` of `mfa_accounts`. Promises that a code counts
 * once, for minutes, with few tries, and only in the journey and for the address that it was sent to.
 * A factor only where the policy says so: mail is none for NIST SP 800-63B-4 and ASVS 6.3.6.
 */
import { assuranceOf } from '../assurance.ts'
import type { Factor } from '../factor.ts'
import { beginEmailCode, confirmEmailCode } from './enrol.ts'
import { deleteEmailCodes, selectEmailCodeSince, stopEmailCode } from './store.ts'
import { challengeEmailCode, verifyEmailCode } from './verify.ts'

export { sweepEmailCodes } from './store.ts'

export const emailCode: Factor = {
  kind: 'email_code',
  counts: true,
  enrol: { begin: beginEmailCode, confirm: confirmEmailCode },
  challenge: challengeEmailCode,
  verify: verifyEmailCode,
  // The address is that of the account, which is not known here: whoever shows the entry knows it.
  entries: async (queries, userId) => {
    const since = await selectEmailCodeSince(queries, userId)
    if (since === undefined) return []
    return [{ kind: 'email_code', id: userId, name: '', createdAt: since, lastUsedAt: null }]
  },
  // Everybody has one at most; its id is that of its owner.
  remove: async (tx, userId, id = userId) => {
    if (id !== userId) return 0
    await deleteEmailCodes(tx, userId)
    return stopEmailCode(tx, userId)
  },
  assurance: assuranceOf,
}
