import type { PollGrantNeeds } from '../device/poll-grant.ts'
import { pollGrant } from '../device/poll-grant.ts'
import { deviceCode } from '../device/start-device.ts'
import { lockByDeviceCode, markDeviceRedeemed, selectByDeviceCode } from '../device/store.ts'
import type { ProtocolSettings } from '../settings.ts'
import type { Grant } from './grant.ts'

type Needs = PollGrantNeeds & { readonly protocol: Pick<ProtocolSettings, 'deviceInterval'> }

/** RFC 8628 section 3.4. */
export function deviceCodeGrant(needs: Needs): Grant {
  return pollGrant(needs, {
    type: deviceCode,
    parameter: 'device_code',
    interval: needs.protocol.deviceInterval,
    find: selectByDeviceCode,
    lock: lockByDeviceCode,
    markRedeemed: markDeviceRedeemed,
  })
}
