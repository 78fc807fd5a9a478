import { sha256 } from '../../base/index.ts'
import type { Db, Queries, Tx } from '../../db/index.ts'
import type { Kv } from '../../kv/index.ts'
import { oauthFailures } from '../failures.ts'
import type { IssueNeeds } from '../issue.ts'
import { issueTokens } from '../issue.ts'
import { narrowed } from '../resources/requested.ts'
import type { Grant, GrantRequest } from '../token/grant.ts'
import type { GrantApprovedNeeds, Granted } from './grant-approved.ts'
import { grantApproved } from './grant-approved.ts'
import { refuseForNow } from './pace.ts'
import type { Waiting } from './waiting.ts'
import { decidePoll, pollFailure } from './waiting.ts'

export type PollGrantNeeds = IssueNeeds & GrantApprovedNeeds & { readonly db: Db; readonly kv: Kv }

type Polled = {
  readonly type: Grant['type']
  /** The parameter that names what is waited for. */
  readonly parameter: string
  /** Seconds. */
  readonly interval: number
  readonly find: (queries: Queries, digest: Buffer) => Promise<Waiting | undefined>
  readonly lock: (tx: Tx, digest: Buffer) => Promise<Waiting | undefined>
  readonly markRedeemed: (tx: Tx, id: string) => Promise<number>
}

/** A grant that is asked for again and again until a person has answered elsewhere. */
export function pollGrant(needs: PollGrantNeeds, polled: Polled): Grant {
  const { type, parameter, interval } = polled
  return {
    type,
    async redeem(request) {
      const { client, parameters, binding, resources } = request
      const text = parameters.get(parameter)
      if (text === undefined) throw oauthFailures.missing_parameter({ parameter })
      const digest = sha256(text)
      const waiting = await polled.find(needs.db, digest)
      const decision = decidePoll(waiting, { ...client, now: needs.clock.now() })
      if (decision.do === 'refuse') throw pollFailure(decision.why)
      if (decision.do === 'wait' || waiting === undefined)
        return refuseForNow(needs, waiting?.id ?? '', interval)
      const wanted = narrowed(resources, waiting.asked.resources)
      const granted = await needs.db.transaction((tx) =>
        redeem(needs, tx, { polled, digest }, request),
      )
      if (!granted.ok) throw oauthFailures.invalid_grant({ log: { why: granted.why } })
      const { user, family, refreshToken } = granted
      return issueTokens(needs, {
        client,
        user,
        family,
        refreshToken,
        scopes: family.scopes,
        resources: wanted,
        binding,
      })
    },
  }
}

/** Once: whoever comes second finds it redeemed. */
async function redeem(
  needs: PollGrantNeeds,
  tx: Tx,
  { polled, digest }: { readonly polled: Polled; readonly digest: Buffer },
  { client, binding }: GrantRequest,
): Promise<Granted | { readonly ok: false; readonly why: string }> {
  const waiting = await polled.lock(tx, digest)
  const decision = decidePoll(waiting, { ...client, now: needs.clock.now() })
  if (waiting === undefined || decision.do !== 'redeem') return { ok: false, why: 'redeemed' }
  const approved = { ...decision, asked: waiting.asked }
  const granted = await grantApproved(needs, tx, approved, { client, binding })
  if (granted.ok) await polled.markRedeemed(tx, waiting.id)
  return granted
}
