import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Type } from 'typebox'
import { newId, secureRandom, systemClock } from '../../src/base/index.ts'
import type { Db } from '../../src/db/index.ts'
import { createDb } from '../../src/db/index.ts'
import type { JobKind } from '../../src/jobs/index.ts'
import { createQueue, GiveUp, listDeadJobs, queueDepth } from '../../src/jobs/index.ts'
import { createSealer } from '../../src/keys/index.ts'
import { runCommand, runProcess } from '../harness/command.ts'
import type { TestDatabase } from '../harness/database.ts'
import { testDatabase } from '../harness/database.ts'

let database: TestDatabase
let db: Db

before(async () => {
  database = await testDatabase()
  db = createDb({ url: database.url, poolSize: 2 })
})
after(async () => {
  await db?.close()
  await database?.close()
})

const cardea = (...argv: string[]) => runCommand(database.url, argv)

type Greeting = { readonly name: string }
const greet: JobKind<Greeting> = {
  name: 'test.greet',
  attempts: 1,
  schema: Type.Object({ name: Type.String() }),
}

function makeQueue(run: () => Promise<void>) {
  const log = { warn: () => undefined, error: () => undefined }
  const sealer = createSealer([Buffer.alloc(32, 3)], secureRandom)
  const queue = createQueue({ db, clock: systemClock, random: secureRandom, sealer, log })
  queue.handle(greet, run)
  return queue
}

test('dead letters are listed without what they say, tried again and dropped', async () => {
  const empty = await runProcess(database.url, ['job', 'list'])
  assert.equal(empty.code, 0, empty.output)
  assert.equal(empty.output, '0 dead, 0 waiting\n')

  const broken = makeQueue(() => Promise.reject(new GiveUp('there is no such mailbox')))
  for (let i = 0; i < 4; i += 1) await broken.add(db, greet, { name: 'a-secret-name' })
  await broken.drain()
  const [first, second] = await listDeadJobs(db, 10)
  assert.ok(first && second)

  const listed = await cardea('job', 'list')
  assert.match(listed.output, /^4 dead, 0 waiting$/m)
  assert.ok(listed.output.includes(`${first.id}  test.greet  died ${first.diedAt.toISOString()}`))
  assert.match(listed.output, /at attempt 1: there is no such mailbox/)
  assert.doesNotMatch(listed.output, /secret/)

  const [retried, dropped] = await Promise.all([
    cardea('job', 'retry', first.id),
    cardea('job', 'drop', second.id.toUpperCase()),
  ])
  assert.equal(retried.code, 0, retried.output)
  assert.match(retried.output, /to be tried again: 1/)
  assert.equal(dropped.code, 0, dropped.output)
  assert.deepEqual(await queueDepth(db), { waiting: 1, dead: 2 })

  const all = await cardea('job', 'retry', 'all')
  assert.match(all.output, /to be tried again: 2/)
  assert.equal(await makeQueue(async () => undefined).drain(), 3)
  assert.deepEqual(await queueDepth(db), { waiting: 0, dead: 0 })
})

test('what is no dead letter is refused in one line', async () => {
  const stranger = newId<string>(systemClock, secureRandom)
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['job', 'retry'], 2, /ID is needed/],
    [['job', 'drop'], 2, /ID is needed/],
    [['job', 'drop', 'all'], 2, /"all" is not the id of a job/],
    [['job', 'retry', stranger, 'more'], 2, /"more" is not expected/],
    [['job', 'list', 'more'], 2, /more/],
    [['job', 'retry', stranger], 1, /There is no dead letter/],
    [['job', 'drop', stranger], 1, /There is no dead letter/],
    [['job', 'retry', '--help'], 0, /cardea job retry ID .*: try a dead letter again/],
    [['job'], 2, /job list.*job retry.*job drop/s],
  ]
  const answers = await Promise.all(cases.map(([argv]) => cardea(...argv)))
  for (const [i, [argv, code, words]] of cases.entries()) {
    const answer = answers[i]
    assert.equal(answer?.code, code, `${argv.join(' ')}: ${answer?.output}`)
    assert.match(answer.output, words)
    assert.doesNotMatch(answer.output, /\n\s+at /, 'no stack')
  }
})
