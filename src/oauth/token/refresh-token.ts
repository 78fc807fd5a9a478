import { appendAudit } from '../../audit/index.ts'
import { demandsOf } from '../../clients/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser } from '../../identity/index.ts'
import type { RefreshRules, RefreshTokens, Rotation } from '../../session/index.ts'
import { rotateFamily } from '../../session/index.ts'
import { holdsBinding } from '../binding/binding.ts'
import { oauthFailures } from '../failures.ts'
import type { IssueNeeds } from '../issue.ts'
import { issueTokens } from '../issue.ts'
import { isSubset, parseScope } from '../scope.ts'
import type { Grant, GrantRequest } from './grant.ts'
import { narrowedGrant } from './narrow.ts'

type Needs = IssueNeeds & {
  readonly db: Db
  readonly refreshTokens: RefreshTokens
  readonly rules: RefreshRules
  readonly onReuse: () => void
}

type Presented = ReturnType<RefreshTokens['parse']> & object
type Outcome = { readonly rotation: Rotation; readonly user: User | undefined }

/** RFC 6749 section 6 with rotation and reuse detection (RFC 9700 section 4.14.2). */
export function refreshTokenGrant(needs: Needs): Grant {
  return {
    type: 'refresh_token',
    async redeem(request) {
      const { client, parameters, binding } = request
      const text = parameters.get('refresh_token')
      if (text === undefined) throw oauthFailures.missing_parameter({ parameter: 'refresh_token' })
      const presented = needs.refreshTokens.parse(text)
      if (presented === undefined) throw oauthFailures.invalid_grant({ log: { why: 'form' } })
      const asked = parseScope(parameters.get('scope'))
      if (asked === undefined) throw oauthFailures.invalid_scope({ parameter: 'scope' })
      const { rotation, user } = await needs.db.transaction(
        (tx) => rotate(needs, tx, request, { presented, asked }),
        // Repeating a rotation whose commit got lost finds the predecessor within its grace period.
        { idempotent: true },
      )
      if (!rotation.ok) {
        if (rotation.why === 'replayed') needs.onReuse()
        throw oauthFailures.invalid_grant({ log: { why: rotation.why } })
      }
      const { family, refreshToken } = rotation
      if (user?.isActive !== true)
        throw oauthFailures.invalid_grant({ log: { why: 'inactive_user' } })
      const { resources, details } = narrowedGrant(request, family)
      const scopes = asked.length === 0 ? family.scopes : asked
      return issueTokens(needs, {
        client,
        user,
        family: { ...family, details },
        refreshToken,
        scopes,
        resources,
        binding,
      })
    },
  }
}

async function rotate(
  needs: Needs,
  tx: Tx,
  request: GrantRequest,
  { presented, asked }: { readonly presented: Presented; readonly asked: readonly string[] },
): Promise<Outcome> {
  const { client, origin, binding } = request
  let reading: Promise<User | undefined> | undefined
  // FAPI 2.0 section 5.3.2.1, item 9: what is bound and brought by who authenticates need not change.
  const rules = { ...needs.rules, stable: demandsOf(client).stableRefreshTokens }
  const rotation = await rotateFamily({ ...needs, rules }, tx, presented, (family) => {
    if (family.kind !== 'oauth' || family.clientId !== client.clientId) return false
    // RFC 6749 section 6: never more than was granted. Thrown before anything is written.
    if (!isSubset(asked, family.scopes)) throw oauthFailures.invalid_scope({ parameter: 'scope' })
    narrowedGrant(request, family)
    // RFC 9449 section 5, RFC 8705 section 4. A stolen token is worth nothing without the key, and harms nobody.
    if (!holdsBinding(family.binding, binding))
      throw oauthFailures.invalid_grant({ log: { why: 'binding' } })
    // Travels with the rotation's write, in one round trip. If the connection breaks, the write tells.
    reading = findUser(tx, family.userId)
    reading.catch(() => undefined)
    return true
  })
  if (!rotation.ok && rotation.why === 'replayed' && rotation.family) {
    await appendAudit(needs, tx, {
      actor: `client:${client.clientId}`,
      action: 'refresh_token.reuse',
      resource: `user:${rotation.family.userId}`,
      outcome: 'refused',
      origin,
    })
  }
  return { rotation, user: await reading }
}
