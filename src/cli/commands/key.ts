import { secureRandom, systemClock } from '../../base/index.ts'
import { createSealer, listKeys, rotateKeys } from '../../keys/index.ts'
import { auditedRotation, keyPolicy } from '../../schedule.ts'
import type { Command } from '../command.ts'
import { dataDirOf, withDatabase } from '../database.ts'
import { masterKeys } from '../master-key.ts'
import { settings } from '../settings.ts'

export const keyList: Command = {
  name: 'key list',
  summary: 'show the signing keys and what each of them does now',
  options: {},
  async run() {
    const keys = await withDatabase(settings(), (db) => listKeys({ db, clock: systemClock }))
    for (const { kid, alg, state, signsFrom } of keys) {
      console.log(`${kid}  ${alg}  ${state.padEnd(10)} signs from ${signsFrom.toISOString()}`)
    }
    return 0
  },
}

export const keyRotate: Command = {
  name: 'key rotate',
  summary: 'publish new signing keys; they take over when everybody can know them',
  options: { now: { type: 'boolean', help: 'take over at once (after a leak)' } },
  async run(values) {
    const config = settings()
    const sealer = createSealer(masterKeys(config, dataDirOf(config)), secureRandom)
    const now = values.now === true
    const parts = { clock: systemClock, random: secureRandom, sealer }
    const kids = await withDatabase(config, (db) =>
      rotateKeys(auditedRotation({ ...parts, db }, { now }), keyPolicy(config), { now }),
    )
    console.log(kids.map((kid) => `next signing key: ${kid}`).join('\n'))
    return 0
  },
}
