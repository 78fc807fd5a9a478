import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../base/index.ts'
import type { Standing } from '../decision/subject.ts'
import { createAgeing } from './ageing.ts'
import type { Change, Changes } from './feed.ts'
import { createFeed, memory } from './feed.ts'

const ana: Standing = {
  key: { type: 'user', id: 'ana' },
  active: true,
  names: ['ana'],
  groups: ['press'],
  grants: [],
}
const none = { changes: [], tooMany: false }

/** A feed that is told by hand what it finds at each look. */
function feedWith(first: Changes) {
  const clock = manualClock(new Date('2026-05-01T12:00:00Z'))
  let next: Changes | Error = first
  const asked: (string | null)[] = []
  const read = async (since: string | null) => {
    asked.push(since)
    if (next instanceof Error) throw next
    return next
  }
  const feed = createFeed({ ageing: createAgeing(clock), read })
  const find = async (found: Changes | Error, seconds = 1) => {
    next = found
    clock.advance(seconds)
    await feed.look()
  }
  return { feed, clock, find, asked }
}
const change = (kind: Change['kind'], subject: string, xid: number): Change => ({
  kind,
  subject,
  xid,
})

test('a change concerns those whom it names, members of the group, or everybody', async () => {
  const { feed, find } = feedWith({ ...none, snapshot: '10:10:', ceiling: 10 })
  await feed.look()
  const holds = (from: number) => [feed.standingHolds(ana, from), feed.modelHolds(from)]
  const tick = feed.tick()
  assert.deepEqual(holds(tick), [true, true])
  const steps: [Change, boolean, boolean][] = [
    [change('user', 'bob', 11), true, true],
    [change('group', 'press', 12), false, true],
    [change('model', '', 13), true, false],
    [change('user', 'ana', 14), false, true],
    [change('all', '', 15), false, true],
  ]
  for (const [one, standing, model] of steps) {
    const before = feed.tick()
    await find({ ...none, snapshot: `${one.xid}`, ceiling: one.xid + 1, changes: [one] })
    assert.deepEqual(holds(before), [standing, model], one.kind)
    assert.deepEqual(holds(feed.tick()), [true, true])
  }
  await find({ snapshot: '20', ceiling: 20, changes: [], tooMany: true })
  assert.deepEqual(holds(feed.tick() - 1), [false, false])
})

test('what others read is believed when all that changed was over by then, and never from before the first look', async () => {
  const { feed, clock, find } = feedWith({ ...none, snapshot: '10:14:', ceiling: 14 })
  await feed.look()
  // Transactions 10 to 13 may have changed something before this process looked at all.
  assert.deepEqual(
    [10, 13, 14].map((horizon) => feed.sharedHolds(ana, horizon)),
    [false, false, true],
  )
  await find({ ...none, snapshot: '17', ceiling: 17, changes: [change('user', 'ana', 16)] })
  assert.deepEqual(
    [15, 16, 17].map((horizon) => feed.sharedHolds(ana, horizon)),
    [false, false, true],
  )
  // When the change is forgotten, so is everything that was read before it.
  for (let i = 0; i < 3; i += 1) await find({ ...none, snapshot: '17', ceiling: 17 }, memory / 2500)
  assert.deepEqual(
    [15, 16, 17].map((horizon) => feed.sharedHolds(ana, horizon)),
    [false, false, true],
  )
  clock.advance(memory / 1000 + 1)
  await find({ ...none, snapshot: '30', ceiling: 30 })
  assert.equal(feed.sharedHolds(ana, 29), false)
})

test('it looks at most every half second, asks for what is new, and fails closed after a second', async () => {
  const { feed, clock, find, asked } = feedWith({ ...none, snapshot: 'a', ceiling: 1 })
  await Promise.all([feed.look(), feed.look()])
  await feed.look()
  assert.deepEqual(asked, [null])
  feed.lookSoon()
  await feed.look()
  assert.deepEqual(asked, [null, 'a'])
  const broken = new Error('no database')
  await find(broken, 0.6)
  assert.deepEqual(asked.slice(2), ['a'])
  await assert.rejects(find(broken, 0.6), /no database/)
  await find({ ...none, snapshot: 'b', ceiling: 2 }, 0)
  clock.advance(-7200)
  await feed.look()
  assert.equal(asked.at(-1), null)
})

test('a look that took longer than a second is repeated', async () => {
  const clock = manualClock(new Date('2026-05-01T12:00:00Z'))
  let looks = 0
  const feed = createFeed({
    ageing: createAgeing(clock),
    read: async () => {
      looks += 1
      if (looks < 3) clock.advance(2)
      return { ...none, snapshot: '1', ceiling: 1 }
    },
  })
  await feed.look()
  assert.equal(looks, 3)
  assert.ok(feed.age() < 1000)
})
