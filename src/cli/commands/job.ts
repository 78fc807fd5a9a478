import { isUuid, systemClock } from '../../base/index.ts'
import {
  dropDeadJob,
  listDeadJobs,
  queueDepth,
  retryAllDeadJobs,
  retryDeadJob,
} from '../../jobs/index.ts'
import type { Command } from '../command.ts'
import { required, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { settings } from '../settings.ts'

const longestList = 100

export const jobList: Command = {
  name: 'job list',
  summary: 'show the dead letters: jobs that were given up, such as mails',
  options: {},
  async run() {
    const [jobs, { waiting, dead }] = await withDatabase(settings(), (db) =>
      Promise.all([listDeadJobs(db, longestList), queueDepth(db)]),
    )
    for (const { id, kind, attempts, diedAt, lastError } of jobs) {
      const died = diedAt.toISOString()
      console.log(`${id}  ${kind}  died ${died} at attempt ${attempts}: ${lastError ?? ''}`)
    }
    const shown = dead > jobs.length ? ` (the last ${jobs.length} are shown)` : ''
    console.log(`${dead} dead${shown}, ${waiting} waiting`)
    return 0
  },
}

export const jobRetry: Command = {
  name: 'job retry',
  summary: 'try a dead letter again, or all of them',
  operand: { name: 'id', help: 'of the dead letter, or the word all', required: true },
  options: {},
  async run(values) {
    const argument = required(values, 'id')
    const now = systemClock.now()
    const count = await withDatabase(settings(), async (db) => {
      if (argument === 'all') return retryAllDeadJobs(db, now)
      return (await retryDeadJob(db, jobId(argument), now)) ? 1 : 0
    })
    if (argument !== 'all' && count === 0) return notFound(argument)
    console.log(`to be tried again: ${count}`)
    return 0
  },
}

export const jobDrop: Command = {
  name: 'job drop',
  summary: 'delete a dead letter',
  operand: { name: 'id', help: 'of the dead letter', required: true },
  options: {},
  async run(values) {
    const argument = required(values, 'id')
    const dropped = await withDatabase(settings(), (db) => dropDeadJob(db, jobId(argument)))
    if (!dropped) return notFound(argument)
    console.log(`deleted ${argument}`)
    return 0
  },
}

function jobId(argument: string): string {
  const id = argument.toLowerCase()
  if (!isUuid(id)) throw new UsageError(`"${argument}" is not the id of a job.`)
  return id
}

function notFound(argument: string): number {
  console.error(`There is no dead letter ${argument}.`)
  return 1
}
