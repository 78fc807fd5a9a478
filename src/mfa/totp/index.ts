/**
 * totp: codes of an authenticator app (RFC 6238).
 * Owns the table `mfa_totp`. Promises that a secret is shown once and kept sealed, that it counts only
 * after a code of it came back, and that a code counts once. Never counts attempts.
 */
import { isUuid } from '../../base/index.ts'
import { assuranceOf } from '../assurance.ts'
import type { Factor } from '../factor.ts'
import { beginTotp, confirmTotp } from './enrol.ts'
import { deleteEveryTotp, deleteTotp, renameTotp, selectTotpEntries } from './store.ts'
import { verifyTotp } from './verify.ts'

export { sweepPendingTotp } from './store.ts'

export const totp: Factor = {
  kind: 'totp',
  counts: true,
  enrol: { begin: beginTotp, confirm: confirmTotp },
  challenge: async () => ({}),
  verify: verifyTotp,
  entries: async (queries, userId) => {
    const rows = await selectTotpEntries(queries, userId)
    return rows.map((row) => ({ kind: 'totp', ...row }))
  },
  remove: async (tx, userId, id) => {
    if (id === undefined) return deleteEveryTotp(tx, userId)
    return isUuid(id) ? deleteTotp(tx, userId, id) : 0
  },
  rename: async (tx, userId, id, name) => (isUuid(id) ? renameTotp(tx, userId, id, name) : 0),
  assurance: assuranceOf,
}
