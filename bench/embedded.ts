import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, startCardea, temporaryFolder } from '../test/harness/cardea-process.ts'
import { childrenMib, residentMib } from './process-stats.ts'
import type { EmbeddedResult } from './results.ts'
import { spread } from './statistics.ts'

const restMs = 1500

/** Cardea as it comes, with a PostgreSQL of its own, on all cores: how it starts and what it holds when idle. */
export async function measureEmbedded(
  before: readonly string[],
  starts: number,
): Promise<EmbeddedResult> {
  const folder = await temporaryFolder()
  const env = { CARDEA_ENV: 'development', CARDEA_LOG_LEVEL: 'warn' }
  const settings = { dataDir: folder.path, port: await freePort(), env, before }
  try {
    const first = await startCardea(settings)
    await first.stop()
    const nextMs: number[] = []
    let idle = { serverMib: Number.NaN, postgresMib: Number.NaN }
    while (nextMs.length < starts) {
      const server = await startCardea(settings)
      nextMs.push(server.startMs)
      if (nextMs.length === starts) {
        await sleep(restMs)
        idle = { serverMib: residentMib(server.pid), postgresMib: childrenMib(server.pid) }
      }
      await server.stop()
    }
    return { firstMs: first.startMs, nextMs: spread(nextMs), idle }
  } finally {
    await folder.remove()
  }
}
