import type { UserId } from '../base/index.ts'
import { newId, secureRandom, systemClock } from '../base/index.ts'
import type { Standing } from './standing.ts'

/** Somebody who has nothing beside the password, but for what is named. */
export function standingWith(parts: Partial<Standing> = {}): Standing {
  return {
    userId: newId<UserId>(systemClock, secureRandom),
    passkeys: 0,
    deviceBoundPasskeys: 0,
    totp: 0,
    emailCode: false,
    backupCodes: 0,
    backupExpiresAt: null,
    emergency: false,
    mustEnrol: false,
    graceUntil: null,
    offeredAt: null,
    ...parts,
  }
}
