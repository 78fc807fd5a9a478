import { fold, reconcile } from '../../statistics/index.ts'
import type { Command } from '../command.ts'
import { withDatabase } from '../database.ts'
import { settings } from '../settings.ts'

export const statisticsReconcile: Command = {
  name: 'statistics reconcile',
  summary: 'count users, factors and sessions now, and correct the numbers of the dashboard',
  options: {},
  async run() {
    const drifts = await withDatabase(settings(), async (db) => {
      const found = await reconcile({ db })
      await fold({ db })
      return found
    })
    for (const { metric, dimension, drift } of drifts) {
      const name = dimension === '' ? metric : `${metric} ${dimension}`
      console.log(`${name}: ${drift > 0 ? '+' : ''}${drift}`)
    }
    if (drifts.length === 0) console.log('every number was right')
    return 0
  },
}
