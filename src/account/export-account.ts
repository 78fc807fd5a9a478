import { rolesOf } from '../access/index.ts'
import { auditOf } from '../audit/index.ts'
import { consentsOf } from '../clients/index.ts'
import type { User } from '../identity/index.ts'
import { listSessions } from '../session/index.ts'
import { userBody } from './api/schemas.ts'
import type { AccountNeeds } from './needs.ts'

/** Entries of the audit log in an export; the newest of them. */
const mostEntries = 10_000

/** A person's own data as JSON (GDPR articles 15 and 20). Secrets and their digests are left out. */
export async function exportAccount(
  needs: Pick<AccountNeeds, 'db' | 'clock' | 'lifetimes' | 'apiLifetimes'>,
  user: User,
): Promise<Record<string, unknown>> {
  const { db, clock } = needs
  const [roles, sessions, consents, activity] = await Promise.all([
    rolesOf(db, user.id),
    listSessions(needs, user.id),
    consentsOf(db, user.id),
    auditOf(db, `user:${user.id}`, mostEntries),
  ])
  return {
    exported_at: clock.now().toISOString(),
    account: userBody(user),
    terms: user.terms && { version: user.terms.version, accepted_at: user.terms.at },
    password_changed_at: user.passwordChangedAt,
    roles,
    sessions,
    consents,
    activity,
  }
}
