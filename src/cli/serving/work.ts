import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { App } from '../../app.ts'
import type { Config } from '../../config.ts'
import type { Metrics } from '../../telemetry/index.ts'
import { createLog, renderTogether } from '../../telemetry/index.ts'
import type { EndReason, Membership, Place } from '../../workers/index.ts'
import { joinSupervisor } from '../../workers/index.ts'
import { beginWork, listen } from './alone.ts'
import { drain } from './drain.ts'
import { offerSetup } from './offer-setup.ts'

/** One of several processes that serve, until its supervisor, a signal or the loss of the supervisor ends it. */
export async function serveAsWorker(): Promise<void> {
  const signal = endSignal()
  const membership = await joinSupervisor()
  const { place, linked } = membership
  const { config } = place
  process.title = `cardea worker ${place.number}`
  const log = logOf(place)
  const app = await listen({
    config,
    databaseUrl: place.databaseUrl,
    masterKeys: keysOf(place),
    log,
    linked,
    renderMetrics: (metrics) => renderAll(membership, metrics, log),
  })
  membership.onSnapshot(() => app.metrics.snapshot())
  membership.onOwn((mine) => app.jobs.own(mine))
  beginWork(app)
  if (place.offersSetup) await offerSetup(config, app)
  membership.serving()
  const reason = await Promise.race([membership.end, signal])
  if (reason === 'orphaned') log.error({}, 'the supervisor is gone: finishing and ending')
  await end(reason, { config, app, log, membership })
}

function logOf({ config, number }: Place): Logger {
  const format = config.log.format === 'json' ? 'json' : 'pretty'
  return createLog({ level: config.log.level, format }).child({ worker: number, pid: process.pid })
}

function keysOf({ masterKeys }: Place): readonly [Buffer, ...Buffer[]] {
  const [first = Buffer.alloc(0), ...rest] = masterKeys.map((key) => Buffer.from(key, 'base64'))
  return [first, ...rest]
}

/** What all workers measured; what this one did where the supervisor does not answer. */
async function renderAll(membership: Membership, metrics: Metrics, log: Logger) {
  try {
    const { edition, ...all } = await membership.gather()
    const { past, ...rendered } = await renderTogether(all)
    if (past !== undefined) membership.tellMerged(past, edition)
    return rendered
  } catch (err) {
    log.warn({ err }, 'the measurements of the other workers are missing')
    return metrics.render()
  }
}

/**
 * The terminal tells the whole group of an interrupt or of its own end, and the supervisor tells its workers what
 * follows. A SIGTERM to a worker alone is meant for it.
 */
function endSignal(): Promise<EndReason> {
  process.on('SIGINT', () => {})
  process.on('SIGHUP', () => {})
  return new Promise((resolve) => {
    let asked = false
    process.on('SIGTERM', () => {
      if (asked) process.exit(1)
      asked = true
      resolve('rolled')
    })
  })
}

type EndNeeds = {
  readonly config: Config
  readonly app: App
  readonly log: Logger
  readonly membership: Membership
}

async function end(reason: EndReason, { config, app, log, membership }: EndNeeds): Promise<void> {
  // Others go on: no load balancer has to learn anything, and new connections are theirs at once.
  const http = reason === 'stopped' ? config.http : { ...config.http, shutdownDelay: 0 }
  if (reason === 'rolled') await stepBack(app)
  await drain({ ...config, http }, app, log)
  await membership.leave(await app.metrics.snapshot())
}

/** Milliseconds for connections that are idle to be used once more: the answer then closes them. */
const lastCall = 1500
const pollEvery = 25

/**
 * Takes no new connections, and lets those that there are end with an answer. To close an idle one may cross a
 * request that is on its way, which no other worker would ever see.
 */
async function stepBack(app: App): Promise<void> {
  app.drain()
  const { server } = app.http
  // Not its own `close`, which closes idle connections, too.
  Server.prototype.close.call(server)
  const connections = () =>
    new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  for (let waited = 0; waited < lastCall && (await connections()) > 0; waited += pollEvery) {
    await sleep(pollEvery)
  }
}
