import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientConfig, QueryArrayResult } from 'pg'
import type { Statement } from '../sql.ts'
import type { DbStats } from '../types.ts'
import { unavailable } from './advice.ts'
import type { QueryFor } from './connection.ts'
import type { Lane } from './lane.ts'
import { createLane } from './lane.ts'
import { confirmReplicated, warningsOf } from './replication.ts'
import { judgeStatement, pauseMs } from './retry.ts'
import { troubleOf, wasRefusedUnsent } from './trouble.ts'

export type Pipeline = {
  readonly send: (statement: Statement) => Promise<QueryArrayResult<unknown[]>>
  readonly stats: () => DbStats['pipeline']
  readonly close: () => Promise<void>
}

type Needs = {
  readonly config: ClientConfig
  readonly connections: number
  readonly queryFor: QueryFor
  readonly onStatement: (text: string) => void
  readonly onError: (error: Error) => void
}

type Track = { readonly lane: Lane; underWay: number }

/** Sends single statements over a few connections without waiting for earlier answers. */
export function createPipeline(needs: Needs): Pipeline {
  const tracks: readonly Track[] = Array.from({ length: needs.connections }, () => ({
    lane: createLane(needs.config, needs.onError),
    underWay: 0,
  }))
  let sequence = 0

  /** The least busy lane, in turns: answers come in order, so a slow statement delays its lane. */
  function pick(): Track {
    const start = sequence % tracks.length
    const inTurn = [...tracks.slice(start), ...tracks.slice(0, start)]
    return inTurn.reduce((best, track) => (track.underWay < best.underWay ? track : best))
  }

  async function attempt(track: Track, statement: Statement): Promise<Outcome> {
    let client: Client | undefined
    track.underWay += 1
    try {
      const ready = track.lane.ready()
      client = ready instanceof Promise ? await ready : ready
      needs.onStatement(statement.text)
      const before = warningsOf(client)
      const result = await client.query<unknown[]>(needs.queryFor(statement))
      if (result.command !== 'SELECT') confirmReplicated(client, before)
      return { ok: true, result }
    } catch (error) {
      if (client !== undefined && troubleOf(error) === 'stale') track.lane.retire(client)
      return { ok: false, error, sent: client !== undefined && !wasRefusedUnsent(error) }
    } finally {
      track.underWay -= 1
    }
  }

  return {
    async send(statement) {
      sequence += 1
      const turn = sequence
      for (let count = 1; ; count += 1) {
        const outcome = await attempt(pick(), statement)
        if (outcome.ok) return outcome.result
        const { error, sent } = outcome
        const trouble = troubleOf(error)
        const verdict = judgeStatement({ trouble, sent, text: statement.text, attempt: count })
        if (verdict === 'rethrow') throw error
        if (verdict === 'unavailable') throw unavailable(error)
        await sleep(pauseMs(trouble, count, turn))
      }
    },
    stats: () => ({
      open: tracks.filter(({ lane }) => lane.isOpen()).length,
      under_way: tracks.reduce((sum, { underWay }) => sum + underWay, 0),
      limit: tracks.length,
    }),
    async close() {
      await Promise.all(tracks.map(({ lane }) => lane.close()))
    },
  }
}

type Outcome =
  | { readonly ok: true; readonly result: QueryArrayResult<unknown[]> }
  | { readonly ok: false; readonly error: unknown; readonly sent: boolean }
