import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { chart } from '../bench/chart.ts'
import { connect, takeAnswer } from '../bench/connection.ts'
import { latencyHistogram, record, summarize } from '../bench/histogram.ts'
import { limitKeys } from '../bench/limits/limits.ts'
import { closedLoop, openLoop } from '../bench/load.ts'
import { performancePage } from '../bench/page.ts'
import type { Results, SideResult } from '../bench/results.ts'
import { contradictions, scenarioResult } from '../bench/results.ts'
import type { Contest, Side } from '../bench/rounds.ts'
import { fullPlan } from '../bench/rounds.ts'
import { scenarios } from '../bench/scenarios/scenarios.ts'
import { spread } from '../bench/statistics.ts'
import type { Target, TargetKey } from '../bench/target.ts'

suite('the generator of the bench', () => {
  test('a request that was due while the server stalled waits from when it was due', async () => {
    let calls = 0
    const worker = async () => {
      calls += 1
      await sleep(calls === 1 ? 300 : 1)
    }
    const crew = { workers: [worker], connections: [] }
    const { operations, latencies } = await openLoop(crew, { perSecond: 100, forMs: 400 })
    assert.equal(operations, 40)
    // Who asks only when the last answer is there sees one slow request of forty.
    const { p50, most } = summarize([latencies])
    assert.ok(most >= 290, `${most}`)
    assert.ok(p50 >= 50, `${p50}`)
  })

  test('in the closed loop rate times latency is the number of users', async () => {
    const crew = { workers: Array.from({ length: 8 }, () => () => sleep(10)), connections: [] }
    let reads = 0
    const read = async () => {
      reads += 1
      return reads
    }
    const window = { warmUpMs: 30, measureMs: 300 }
    const measured = await closedLoop(crew, window, read)
    const { operations, seconds, latencies } = measured
    const users = (operations / seconds) * (latencies.mean / 1e9)
    assert.ok(Math.abs(users - 8) < 2, `${users}`)
    assert.deepEqual([measured.before, measured.after], [1, 2])
  })

  test('a wrong answer ends the run', async () => {
    const worker = () => Promise.reject(new Error('500 instead of 200'))
    const crew = { workers: [worker], connections: [] }
    const window = { warmUpMs: 10_000, measureMs: 10_000 }
    await assert.rejects(
      closedLoop(crew, window, async () => 0),
      /500 instead of 200/,
    )
    await assert.rejects(openLoop(crew, { perSecond: 10, forMs: 10_000 }), /500 instead/)
  })

  test('answers are taken whole, with a length or in chunks', async () => {
    const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    assert.deepEqual(takeAnswer(`${sized}next`)?.rest, 'next')
    assert.equal(takeAnswer(sized.slice(0, -1)), undefined)
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n'
    assert.equal(takeAnswer(chunked)?.answer.body, 'abcd')
    for (let end = 0; end < chunked.length; end += 1)
      assert.equal(takeAnswer(chunked.slice(0, end)), undefined)
    const server = createServer((request, response) => response.end(request.url)).listen(0)
    const { port } = server.address() as AddressInfo
    const connection = connect({ host: 'localhost', port })
    assert.equal((await connection.get('/one')).body, '/one')
    server.closeAllConnections()
    await sleep(20)
    await assert.rejects(connection.get('/two'), /closed/)
    await connection.reopen()
    assert.equal((await connection.get('/three')).body, '/three')
    connection.close()
    server.close()
  })
})

suite('the results of the bench', () => {
  const limits = Object.fromEntries(
    limitKeys.map((key) => [key, spread([1000])]),
  ) as Results['limits']

  const sample = (perSecond: number, latencyMs = 16_000 / perSecond) => {
    const latencies = latencyHistogram()
    record(latencies, latencyMs)
    const cpuSeconds = { server: 0.5, postgres: 0.25, generator: 0.1 }
    const operations = perSecond
    return {
      operations,
      seconds: 1,
      latencies,
      cpuSeconds,
      statements: perSecond,
      walBytes: 100 * perSecond,
    }
  }
  const side = (key: TargetKey, rates: readonly number[]): [TargetKey, Side] => {
    const closed = rates.map((rate) => sample(rate))
    const target = { key, name: key, differs: {}, database: { name: key } } as unknown as Target
    return [key, { target, closed, open: sample(10) }]
  }
  const contestOf = (own: readonly number[], other: readonly number[]): Contest => {
    const scenario = scenarios.find(({ key }) => key === 'refresh')
    assert.ok(scenario)
    const sides = new Map([side('cardea', own), side('oidc-postgres', other)])
    return { scenario, sides, beside: [], openPerSecond: 10 }
  }
  const resultsOf = (contest: Contest): Results => ({
    at: '2026-11-25T05:50:00.000Z',
    quick: false,
    plan: fullPlan,
    seconds: 600,
    machine: {
      cpu: 'CPU',
      cores: 2,
      memoryGib: 24,
      system: 'Linux',
      node: 'v24.0.0',
      versions: {},
    },
    cores: 'the server on core 0',
    postgres: { version: '18', settings: { fsync: 'on' } },
    servers: (['cardea', 'oidc-postgres'] as const).map((key) => ({
      key,
      name: key === 'cardea' ? 'Cardea' : 'oidc-provider, PostgreSQL',
      keeps: 'everything',
      startMs: { first: 1000, next: 900 },
      idleMib: 100,
      loadedMib: 120,
    })),
    embedded: undefined,
    limits,
    scenarios: [scenarioResult(contest, limits)],
  })

  test('ratios are of the same round, and costs are of all rounds together', () => {
    const [result] = resultsOf(contestOf([400, 900], [200, 300])).scenarios
    assert.deepEqual(result?.ratios, { 'oidc-postgres': { median: 2.5, least: 2, most: 3 } })
    const own: SideResult | undefined = result?.sides.cardea
    assert.ok(own)
    assert.deepEqual([own.statements, own.walBytes], [1, 100])
    assert.equal(own.cpuMs.toFixed(3), (1000 / 1300).toFixed(3))
  })

  test('the bound is what the core does at best, or the commits where they are fewer', () => {
    const [result] = resultsOf(contestOf([250, 250], [100, 100])).scenarios
    // One request and two signatures of a millisecond each.
    assert.equal(result?.bound.perSecond.toFixed(1), '333.3')
    assert.equal(result?.bound.share.median.toFixed(2), '0.75')
    const slow = { ...limits, commit: spread([100]) }
    assert.equal(scenarioResult(contestOf([80], [50]), slow).bound.perSecond, 100)
  })

  test('figures that contradict each other are named', () => {
    const contest = contestOf([400, 400], [200, 200])
    assert.deepEqual(contradictions(resultsOf(contest)), [])
    const [, other] = side('oidc-postgres', [200, 200])
    const closed = [sample(200, 40), sample(200, 40)]
    const sides = new Map(contest.sides).set('oidc-postgres', { ...other, closed })
    assert.match(contradictions(resultsOf({ ...contest, sides })).join(), /oidc-postgres: 8\.0/)
  })

  test('the page and the picture say what was found', () => {
    const results = resultsOf(contestOf([400, 900], [200, 300]))
    const page = performancePage(results, '## Findings\n\nWords.\n')
    assert.match(page, /\| refresh with rotation +\| +650 \|.*2\.50x \(2\.00 to 3\.00\)/)
    assert.match(page, /## Findings\n\nWords\.\n$/)
    assert.match(chart(results), /<text class="value"[^>]*>2\.50x<\/text>/)
    assert.doesNotMatch(page + chart(results), /NaN|undefined/)
  })
})
