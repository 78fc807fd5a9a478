import { sha256 } from '../../base/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { GrantApprovedNeeds, Granted } from '../device/grant-approved.ts'
import { grantApproved } from '../device/grant-approved.ts'
import { refuseForNow } from '../device/pace.ts'
import { deviceCode } from '../device/start-device.ts'
import { lockByDeviceCode, markDeviceRedeemed, selectByDeviceCode } from '../device/store.ts'
import { decidePoll, pollFailure } from '../device/waiting.ts'
import { oauthFailures } from '../failures.ts'
import type { IssueNeeds } from '../issue.ts'
import { issueTokens } from '../issue.ts'
import { narrowed } from '../resources/requested.ts'
import type { ProtocolSettings } from '../settings.ts'
import type { Grant, GrantRequest } from './grant.ts'

type Needs = IssueNeeds &
  GrantApprovedNeeds & {
    readonly db: Db
    readonly kv: Kv
    readonly protocol: Pick<ProtocolSettings, 'deviceInterval'>
  }

/** RFC 8628 section 3.4: the device asks again and again until its person has answered. */
export function deviceCodeGrant(needs: Needs): Grant {
  return {
    type: deviceCode,
    async redeem(request) {
      const { client, parameters, binding, resources } = request
      const code = parameters.get('device_code')
      if (code === undefined) throw oauthFailures.missing_parameter({ parameter: 'device_code' })
      const digest = sha256(code)
      const waiting = await selectByDeviceCode(needs.db, digest)
      const decision = decidePoll(waiting, { ...client, now: needs.clock.now() })
      if (decision.do === 'refuse') throw pollFailure(decision.why)
      if (decision.do === 'wait' || waiting === undefined)
        return refuseForNow(needs, waiting?.id ?? '', needs.protocol.deviceInterval)
      const wanted = narrowed(resources, waiting.asked.resources)
      const granted = await needs.db.transaction((tx) => redeem(needs, tx, digest, request))
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
  needs: Needs,
  tx: Tx,
  digest: Buffer,
  { client, binding }: GrantRequest,
): Promise<Granted | { readonly ok: false; readonly why: string }> {
  const waiting = await lockByDeviceCode(tx, digest)
  const decision = decidePoll(waiting, { ...client, now: needs.clock.now() })
  if (waiting === undefined || decision.do !== 'redeem') return { ok: false, why: 'redeemed' }
  const approved = { ...decision, asked: waiting.asked }
  const granted = await grantApproved(needs, tx, approved, { client, binding })
  if (granted.ok) await markDeviceRedeemed(tx, waiting.id)
  return granted
}
