import { secureRandom, systemClock } from '../../base/index.ts'
import { invite } from '../../identity/index.ts'
import { createQueue } from '../../jobs/index.ts'
import { createSealer } from '../../keys/index.ts'
import { createLog } from '../../telemetry/index.ts'
import type { Command } from '../command.ts'
import { required, text } from '../command.ts'
import { dataDirOf, withDatabase } from '../database.ts'
import { masterKeys } from '../master-key.ts'
import { settings } from '../settings.ts'

export const userInvite: Command = {
  name: 'user invite',
  summary: 'invite an address; the running server sends the mail',
  options: {
    email: { type: 'string', help: 'whom to invite' },
    locale: { type: 'string', help: 'language of the mail, such as de' },
  },
  async run(values) {
    const config = settings()
    const email = required(values, 'email')
    const locale = text(values, 'locale') ?? config.locale
    const sealer = createSealer(masterKeys(config, dataDirOf(config)), secureRandom)
    const parts = { clock: systemClock, random: secureRandom, sealer, log: createLog(config.log) }
    const { expiresAt } = await withDatabase(config, (db) => {
      const queue = createQueue({ ...parts, db })
      const needs = { ...parts, db, queue, issuer: config.publicUrl, signUp: config.registration }
      return invite(needs, { email, inviter: 'Cardea', locale }, { actor: 'system' })
    })
    console.log(`invited ${email} until ${expiresAt.toISOString()}`)
    return 0
  },
}
