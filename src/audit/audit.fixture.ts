import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { Client } from 'pg'
import { testDatabase } from '../../test/harness/database.ts'
import type { ManualClock } from '../base/index.ts'
import { manualClock, secureRandom } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { createDb } from '../db/index.ts'
import type { AuditEntry } from './append.ts'
import { appendAudit } from './append.ts'
import type { ChainKeys } from './chain/batch.ts'
import type { Sign } from './chain/checkpoint.ts'
import type { Report, Scope } from './chain/verify.ts'
import { verifyChain } from './chain/verify.ts'
import type { AuditFollower, AuditStream } from './follow/follower.ts'
import type { AuditWorker } from './worker.ts'
import { createAuditWorker } from './worker.ts'

/** A log of its own, with workers on it, and a way behind the back of them. */
export type AuditBench = {
  readonly url: string
  readonly db: Db
  readonly clock: ManualClock
  readonly keys: ChainKeys
  /** What the workers and followers complained of, and told the log. */
  readonly lines: { facts: Record<string, unknown>; words: string }[]
  readonly worker: (options?: Partial<WorkerOptions>) => AuditWorker
  /** Appends so many entries; their actions are `test.<number>`. */
  readonly append: (count: number, entry?: Partial<AuditEntry>) => Promise<void>
  /** One tick of a new worker: seals everything. */
  readonly seal: () => Promise<void>
  readonly verify: (scope?: Scope) => Promise<Report>
  readonly rows: <Row = Record<string, unknown>>(text: string) => Promise<Row[]>
  /** An empty log again. */
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

type WorkerOptions = {
  followers: readonly AuditFollower[]
  streams: readonly AuditStream[]
  keys: ChainKeys
  db: Db
}

export async function auditBench(): Promise<AuditBench> {
  const database = await testDatabase()
  const db = createDb({ url: database.url, poolSize: 10 })
  const clock = manualClock(new Date('2026-03-10T12:00:00Z'))
  const keys: ChainKeys = [Buffer.alloc(32, 5)]
  const lines: AuditBench['lines'] = []
  const note = (facts: object, words: string) => void lines.push({ facts: { ...facts }, words })
  const sign = await testSigner()
  const owner = new Client({ connectionString: database.url })
  await owner.connect()
  const rows = async <Row>(text: string) => (await owner.query(text)).rows as Row[]
  const worker: AuditBench['worker'] = (options = {}) =>
    createAuditWorker({
      db,
      clock,
      keys,
      issuer: 'https://auth.example.com',
      sign,
      checkpointEvery: 60,
      log: { info: note, warn: note },
      followers: [],
      streams: [],
      ...options,
    })
  let appended = 0
  return {
    url: database.url,
    db,
    clock,
    keys,
    lines,
    worker,
    append: async (count, entry = {}) => {
      const plain = { actor: 'system', resource: 'test', outcome: 'success' } as const
      const needs = { clock, random: secureRandom }
      const one = () => {
        appended += 1
        return appendAudit(needs, db, { ...plain, action: `test.${appended}`, ...entry })
      }
      // Few are in the order of their numbers, many go together.
      if (count > 100) await Promise.all(Array.from({ length: count }, one))
      else for (let i = 0; i < count; i += 1) await one()
    },
    seal: () => worker().seal(),
    verify: (scope) => verifyChain({ db, keys }, scope),
    rows,
    clear: async () => {
      appended = 0
      lines.length = 0
      const tables = ['log', 'batches', 'locators', 'keys', 'prunes', 'cursors']
      const deletions = tables.map((name) => `DELETE FROM audit_${name};`).join('')
      await rows(`${deletions} ALTER SEQUENCE audit_log_seq RESTART`)
    },
    close: async () => {
      await owner.end()
      await db.close()
      await database.close()
    },
  }
}

async function testSigner(): Promise<Sign> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  return async (payload) => {
    const header = { alg: 'ES256', kid, typ: 'audit-checkpoint' }
    const jws = new CompactSign(Buffer.from(payload)).setProtectedHeader(header)
    return { jws: await jws.sign(privateKey), kid, publicJwk }
  }
}
