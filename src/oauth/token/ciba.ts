import { ciba } from '../ciba/metadata.ts'
import { lockByRequestId, markBackchannelRedeemed, selectByRequestId } from '../ciba/store.ts'
import type { PollGrantNeeds } from '../device/poll-grant.ts'
import { pollGrant } from '../device/poll-grant.ts'
import type { ProtocolSettings } from '../settings.ts'
import type { Grant } from './grant.ts'

type Needs = PollGrantNeeds & { readonly protocol: Pick<ProtocolSettings, 'backchannelInterval'> }

/** CIBA Core section 10.1; in ping mode, too, since a message may get lost (section 10.2). */
export function cibaGrant(needs: Needs): Grant {
  return pollGrant(needs, {
    type: ciba,
    parameter: 'auth_req_id',
    interval: needs.protocol.backchannelInterval,
    find: selectByRequestId,
    lock: lockByRequestId,
    markRedeemed: markBackchannelRedeemed,
  })
}
