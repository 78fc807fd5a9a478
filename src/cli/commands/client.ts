import type { ClientId } from '../../base/index.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import { listClients, rotateClientSecret } from '../../clients/index.ts'
import type { Command } from '../command.ts'
import { required, text, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { sealerOf } from '../master-key.ts'
import { settings } from '../settings.ts'

const longestList = 100
const longestOverlap = 30 * 86_400

export const clientList: Command = {
  name: 'client list',
  summary: 'show the applications, the youngest first',
  options: { search: { type: 'string', help: 'part of the name, or a whole client_id' } },
  async run(values) {
    const search = text(values, 'search')
    const page = { after: undefined, limit: longestList + 1 }
    const clients = await withDatabase(settings(), (db) => listClients(db, { search }, page))
    for (const { clientId, name, isActive } of clients.slice(0, longestList)) {
      console.log(`${clientId}  ${isActive ? 'active  ' : 'stopped '}  ${name}`)
    }
    if (clients.length > longestList) console.log(`... and more; use --search`)
    return 0
  },
}

export const clientRotateSecret: Command = {
  name: 'client rotate-secret',
  summary: 'give an application a new secret; prints it once',
  operand: { name: 'client-id', help: 'of the application', required: true },
  options: {
    overlap: { type: 'string', help: 'seconds for which the old secret works on; default 0' },
  },
  async run(values) {
    const clientId = required(values, 'client-id') as ClientId
    const overlap = seconds(text(values, 'overlap') ?? '0')
    const config = settings()
    const needs = { clock: systemClock, random: secureRandom, sealer: sealerOf(config) }
    const { secret, previousExpiresAt } = await withDatabase(config, (db) =>
      rotateClientSecret({ ...needs, db }, clientId, { by: { actor: 'system' }, overlap }),
    )
    console.log(`client_secret  ${secret}\n\nThe secret is not shown again.`)
    if (previousExpiresAt !== undefined) {
      console.log(`The one before works until ${previousExpiresAt.toISOString()}.`)
    }
    return 0
  },
}

function seconds(given: string): number {
  const value = Number(given)
  if (/^\d{1,8}$/.test(given) && value <= longestOverlap) return value
  throw new UsageError(`--overlap must be a whole number from 0 to ${longestOverlap}.`)
}
