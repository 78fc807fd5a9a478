import assert from 'node:assert/strict'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { AuditBench } from '../audit.fixture.ts'
import { auditBench } from '../audit.fixture.ts'
import { hmacSha256 } from '../../base/index.ts'
import { createReceiver } from '../../outgoing/index.ts'
import { fileStream, stdoutStream } from '../stream/lines.ts'
import { webhookStream } from '../stream/webhook.ts'
import type { AuditFollower } from './follower.ts'
import { selectLag } from './store.ts'

let bench: AuditBench

before(async () => {
  bench = await auditBench()
})
after(() => bench?.close())
beforeEach(() => bench.clear())

/** A follower that writes what it gets into the database, where only its transaction can put it. */
function noting(name: string, fails: () => boolean = () => false): AuditFollower {
  return {
    name,
    handle: async (tx, records) => {
      const text = 'INSERT INTO audit_cursors SELECT unnest($1::text[]), 0, 0, NULL, now()'
      await tx.run({ name: '', text, values: [records.map(({ seq }) => `${name}.${seq}`)] })
      if (fails()) throw new Error('not today')
    },
  }
}

const noted = async (name: string) =>
  (await bench.rows<{ name: string }>('SELECT name FROM audit_cursors'))
    .flatMap((row) => (row.name.startsWith(`${name}.`) ? [Number(row.name.split('.')[1])] : []))
    .sort((a, b) => a - b)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

test('every follower gets every sealed row once, however many nodes run it, and a failing one alone waits', async () => {
  await bench.append(1100)
  let broken = true
  const followers = [noting('good'), noting('bad', () => broken)]
  const workers = [1, 2, 3].map(() => bench.worker({ followers }))
  await Promise.all(workers.map((worker) => worker.seal()))
  await workers[0]?.seal()
  assert.deepEqual(await noted('good'), upTo(1100))
  assert.deepEqual(await noted('bad'), [])
  const failed = bench.lines.flatMap(({ facts }) => facts.follower ?? [])
  assert.deepEqual([...new Set(failed)], ['bad'])
  const { followers: lags } = await selectLag(bench.db)
  const lagOf = (name: string) => lags.find((follower) => follower.name === name)?.lag
  assert.deepEqual([lagOf('good'), lagOf('bad')], [0, 1100])
  broken = false
  await workers[1]?.seal()
  assert.deepEqual(await noted('bad'), [], 'it waits before the next attempt')
  bench.clock.advance(300)
  await workers[1]?.seal()
  assert.deepEqual(await noted('bad'), upTo(1100))
})

test('who breaks the chain does not silence the followers', async () => {
  await bench.append(3)
  const worker = bench.worker({ followers: [noting('good')] })
  await worker.seal()
  await bench.rows('UPDATE audit_batches SET digest = sha256(digest)')
  await bench.append(2)
  await assert.rejects(worker.seal(), /has changed/)
  assert.deepEqual(await noted('good'), upTo(5))
})

test('a stream begins with what comes, and writes lines to a file that may be moved away', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardea-audit-'))
  const file = path.join(folder, 'audit.jsonl')
  const out: string[] = []
  const streams = [fileStream(file), stdoutStream(async (text) => void out.push(text))]
  const worker = bench.worker({ streams })
  const tick = async () => {
    await worker.seal()
    await worker.stream()
  }
  await bench.append(2)
  await tick()
  await bench.append(2)
  await tick()
  const lines = async (name: string) =>
    (await readFile(name, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  assert.deepEqual(
    (await lines(file)).map(({ seq, action }) => [seq, action]),
    [
      [3, 'test.3'],
      [4, 'test.4'],
    ],
  )
  assert.match(out.join(''), /^\{"stream":"audit","seq":3,.*\}\n\{"stream":"audit","seq":4,.*\}\n$/)
  await rename(file, `${file}.1`)
  await bench.append(1)
  await tick()
  assert.deepEqual(
    (await lines(file)).map(({ seq }) => seq),
    [5],
  )
  await rm(folder, { recursive: true })
  await bench.append(1)
  await tick()
  assert.ok(bench.lines.some(({ facts }) => facts.follower === 'stream.file'))
})

test('a webhook is signed, is not followed elsewhere, and gets again what it did not take', async () => {
  const secret = 'a secret of the receiver'
  const got: { seqs: number[]; genuine: boolean }[] = []
  let answer = 500
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const at = String(request.headers['cardea-timestamp'])
      const mac = hmacSha256(Buffer.from(secret), `${at}.${body}`).toString('hex')
      const seqs = body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).seq)
      got.push({ seqs, genuine: request.headers['cardea-signature'] === `v1=${mac}` })
      response.writeHead(answer, { location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { clock } = bench
  const url = `http://127.0.0.1:${port}/audit`
  const stream = webhookStream({ send: createReceiver({ clock, url, secret }) })
  const worker = bench.worker({ streams: [{ ...stream, from: 'start' }] })
  await bench.append(3)
  await worker.seal()
  for (const status of [500, 302, 204]) {
    answer = status
    await worker.stream()
    await worker.stream()
    clock.advance(300)
  }
  receiver.close()
  assert.deepEqual(
    got,
    [1, 2, 3].map(() => ({ seqs: [1, 2, 3], genuine: true })),
  )
  assert.equal((await selectLag(bench.db)).followers[0]?.lag, 0)
})
