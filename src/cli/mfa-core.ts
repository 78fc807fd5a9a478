import { mfaCore } from '../accounts.ts'
import { secureRandom, systemClock } from '../base/index.ts'
import type { User } from '../identity/index.ts'
import { findUserByIdentifier, identityFailures } from '../identity/index.ts'
import { createQueue } from '../jobs/index.ts'
import { createSealer } from '../keys/index.ts'
import type { MfaCore } from '../mfa/index.ts'
import { createPolicyBook } from '../mfa/index.ts'
import { createLog } from '../telemetry/index.ts'
import { dataDirOf, withDatabase } from './database.ts'
import { masterKeys } from './master-key.ts'
import { settings } from './settings.ts'

/** Runs work with what factors stand on, wired as in the server, which sends the letters. */
export function withMfa<T>(work: (core: MfaCore) => Promise<T>): Promise<T> {
  const config = settings()
  const keys = masterKeys(config, dataDirOf(config))
  const sealer = createSealer(keys, secureRandom)
  const parts = { clock: systemClock, random: secureRandom, sealer, log: createLog(config.log) }
  return withDatabase(config, (db) => {
    const queue = createQueue({ ...parts, db })
    const mfaPolicy = createPolicyBook({ ...parts, db })
    return work(mfaCore(config, keys[0], { ...parts, db, queue, mfaPolicy }))
  })
}

/** Who goes by a username or an email address; fails when nobody does. */
export async function userCalled({ db }: Pick<MfaCore, 'db'>, name: string): Promise<User> {
  const user = await findUserByIdentifier(db, name)
  if (user === undefined) throw identityFailures.unknown_user()
  return user
}
