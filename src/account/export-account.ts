import { rolesOf } from '../access/index.ts'
import { listApiKeysOf } from '../api-keys/index.ts'
import { auditOf } from '../audit/index.ts'
import { consentsOf } from '../clients/index.ts'
import type { User } from '../identity/index.ts'
import { backupCodesState, listFactors } from '../mfa/index.ts'
import type { Session } from '../session/index.ts'
import { listSessions } from '../session/index.ts'
import { apiKeyBody } from './api/api-key-routes.ts'
import { backupCodesBody, factorBody } from './api/mfa/factor-body.ts'
import { userBody } from './api/schemas.ts'
import type { AccountNeeds } from './needs.ts'

/** Entries of the audit log in an export; the newest of them. */
const mostEntries = 10_000

/** A person's own data as JSON (GDPR articles 15 and 20). Secrets and their digests are left out. */
export async function exportAccount(
  needs: Pick<AccountNeeds, 'db' | 'clock' | 'mfa' | 'lifetimes' | 'apiLifetimes' | 'apiKeys'>,
  user: User,
): Promise<Record<string, unknown>> {
  const { db, clock } = needs
  const [roles, sessions, consents, activity, factors, backupCodes, apiKeys] = await Promise.all([
    rolesOf(db, user.id, clock.now()),
    listSessions(needs, user.id),
    consentsOf(db, user.id),
    auditOf(db, `user:${user.id}`, mostEntries),
    listFactors(needs.mfa, user.id),
    backupCodesState(db, user.id, clock.now()),
    listApiKeysOf(needs.apiKeys, user.id),
  ])
  return {
    exported_at: clock.now().toISOString(),
    account: userBody(user),
    terms: user.terms && { version: user.terms.version, accepted_at: user.terms.at },
    password_changed_at: user.passwordChangedAt,
    roles,
    sessions: sessions.map(sessionRow),
    factors: factors.map((factor) => factorBody(user, factor)),
    backup_codes: backupCodesBody(needs.mfa, backupCodes),
    api_keys: apiKeys.map((key) => apiKeyBody(key, clock.now())),
    consents: consents.map(({ clientId, name, scopes, resources, grantedAt }) => ({
      client_id: clientId,
      name,
      scopes,
      resources,
      granted_at: grantedAt,
    })),
    activity: activity.map(({ ipAddress, userAgent, createdAt, ...entry }) => ({
      ...entry,
      ip_address: ipAddress,
      user_agent: userAgent,
      created_at: createdAt,
    })),
  }
}

function sessionRow(session: Session) {
  return {
    id: session.id,
    kind: session.kind,
    ip_address: session.ipAddress,
    user_agent: session.userAgent,
    auth_time: session.authTime,
    created_at: session.createdAt,
    last_seen_at: session.lastSeenAt,
    expires_at: session.expiresAt,
  }
}
