import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { TestContext } from 'node:test'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { whyNoRedis } from '../../src/kv/redis.fixture.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { createBrowser } from '../harness/browser.ts'
import type { RegisteredClient } from '../harness/cardea-admin.ts'
import { createOwner, registerClient, signInByApi } from '../harness/cardea-admin.ts'
import { withoutHaproxy } from '../harness/haproxy.ts'
import type { Fleet } from '../harness/node-fleet.ts'
import { startFleet } from '../harness/node-fleet.ts'
import { pkce } from '../harness/oauth.ts'
import { callback } from '../harness/server.ts'
import type { Outcome } from './journal.ts'
import { failuresSince, lastTrouble, summary } from './journal.ts'
import type { Load, World } from './load.ts'
import { authorizeAddress, form, startLoad } from './load.ts'
import { forgottenConsents, verify } from './verify.ts'

const person = { username: 'owner', password: 'correct horse battery staple' }
/** Machines that run tests are slow; what is measured is printed. */
const seconds = 15

describe('three nodes behind HAProxy', { skip: withoutHaproxy || (whyNoRedis() ?? false) }, () => {
  let fleet: Fleet
  let world: World
  let load: Load
  /** An application that nobody has allowed anything. */
  let unknown: RegisteredClient

  before(async () => {
    fleet = await startFleet()
    await createOwner((await fleet.nodes[0]?.setupLink()) ?? '', person)
    const adminToken = await signInByApi(fleet.url, person)
    const ofPeople = {
      client_name: 'Application',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
    }
    const app = await registerClient(fleet.url, adminToken, ofPeople)
    unknown = await registerClient(fleet.url, adminToken, ofPeople)
    const machine = await registerClient(fleet.url, adminToken, {
      client_name: 'Machine',
      grant_types: ['client_credentials'],
    })
    world = { url: fleet.url, app, machine, adminToken, person }
    load = await startLoad(world)
  })
  after(async () => {
    await load?.stop()
    await fleet?.close()
  })

  const node = (index: number) => {
    const found = fleet.nodes[index]
    assert.ok(found)
    return found
  }

  /** Goes on in the next browser where the last one stood: one person, whom the balancer leads elsewhere. */
  function elsewhere(page: Visit, from: Browser, at: string): [Browser, Visit] {
    const browser = createBrowser(at)
    for (const [name, value] of from.cookies) browser.cookies.set(name, value)
    const here = new URL(page.url)
    return [browser, { ...page, url: at + here.pathname + here.search }]
  }

  /** Lets the crowd go on for a while, does something to the fleet, and tells what came of it. */
  async function during(t: TestContext, what: string, work: () => Promise<void>) {
    const from = performance.now()
    await work()
    const outcomes = load.journal.outcomes.filter(({ at }) => at >= from)
    const failed = failuresSince(load.journal, from)
    t.diagnostic(
      `${what}: ${outcomes.length} requests, ${failed.length} failed (${summary(failed)})`,
    )
    if (failed.some(({ status }) => status === 0)) t.diagnostic(trouble(fleet.haproxy.output()))
    const bugs = outcomes.filter(({ status }) => status === 500)
    assert.deepEqual(bugs.slice(0, 5), [])
    assert.deepEqual(load.journal.broken, [])
    return { outcomes, failed }
  }

  async function settled(from: number, what: string, t: TestContext): Promise<void> {
    // Everybody is answered well for two seconds; then the last trouble says how long it took.
    while (performance.now() - lastTrouble(load.journal, from) < 2000) {
      if (performance.now() - from > 60_000) assert.fail(`${what} is not recovered from`)
      await sleep(50)
    }
    const took = (lastTrouble(load.journal, from) - from) / 1000
    t.diagnostic(`${what}: nobody waited or failed any more after ${took.toFixed(2)} s`)
    assert.ok(took < seconds, `${what} took ${took} s to recover`)
  }

  const allUp = async () => {
    while ((await fleet.upIn('nodes_ready')).length < 3) await sleep(50)
  }

  test('a person signs in on one node, is asked on the next, and is known on the third', async () => {
    const proof = pkce()
    const first = createBrowser(node(0).url)
    const [second, login] = elsewhere(
      await first.open(authorizeAddress(unknown.id, proof.challenge)),
      first,
      node(1).url,
    )
    const { username: identifier, password } = person
    const asked = await second.submit(login, { identifier, password, remember: 'yes' })
    assert.match(asked.url, /\/consent/)
    const [third, consent] = elsewhere(asked, second, node(2).url)
    const done = await third.submit(consent, { decision: 'allow' })
    const code = done.left?.searchParams.get('code') ?? ''
    const token = async (index: number, path: string, fields: Record<string, string>) => {
      const response = await fetch(node(index).url + path, form(unknown, fields))
      const text = await response.text()
      assert.equal(response.status, 200, text)
      return text === '' || text === 'null' ? {} : JSON.parse(text)
    }
    const redirect = { code, redirect_uri: callback, code_verifier: proof.verifier }
    const tokens = await token(0, '/oauth/token', { grant_type: 'authorization_code', ...redirect })
    const refresh_token = tokens.refresh_token
    const next = await token(1, '/oauth/token', { grant_type: 'refresh_token', refresh_token })
    const { access_token } = next
    assert.equal((await token(2, '/oauth/introspect', { token: access_token })).active, true)
    await token(0, '/oauth/revoke', { token: next.refresh_token })
    assert.equal((await token(1, '/oauth/introspect', { token: access_token })).active, false)
  })

  test('a node that is killed takes only what it had in hand with it', async (t) => {
    await sleep(1000)
    const { failed } = await during(t, 'kill -9', async () => {
      const from = performance.now()
      await node(0).kill()
      await settled(from, 'kill -9 of a node', t)
      await node(0).start()
      await allUp()
    })
    assert.ok(failed.length <= 20, summary(failed))
  })

  test('no request fails while all nodes are replaced one after the other', async (t) => {
    const { failed, outcomes } = await during(t, 'rolling restart', async () => {
      for (const one of fleet.nodes) {
        assert.equal(await one.stop(), 0, one.output().slice(-2000))
        await one.start()
        await allUp()
      }
    })
    assert.deepEqual(failed, [])
    assert.ok(outcomes.length > 100)
  })

  /** What stands on PostgreSQL alone. */
  const durable = (outcomes: readonly Outcome[]) =>
    outcomes.filter(({ kind }) => /^(refresh|replay|revoke|client cred|introspect|race)/.test(kind))

  test('tokens are given, rotated and revoked while Redis is gone', async (t) => {
    const { failed, outcomes } = await during(t, 'Redis stopped', async () => {
      await fleet.redis.stop()
      await sleep(4000)
      const back = performance.now()
      await fleet.redis.start()
      await settled(back, 'return of Redis', t)
    })
    const lost = failed.filter(({ status }) => status === 0 || status === 502 || status === 504)
    assert.deepEqual(lost, [])
    assert.deepEqual(durable(failed), [])
    t.diagnostic(`answered meanwhile: ${summary(durable(outcomes))}`)
  })

  test('a Redis that forgets everything costs journeys in progress and nothing else', async (t) => {
    const { failed } = await during(t, 'Redis flushed', async () => {
      for (let i = 0; i < 5; i += 1) {
        await fleet.redis.flush()
        await sleep(300)
      }
    })
    assert.deepEqual(failed, [])
  })

  test('a Redis that does not answer holds up nobody who can do without', async (t) => {
    const { failed, outcomes } = await during(t, 'Redis frozen', async () => {
      fleet.redis.freeze()
      await sleep(6000)
      fleet.redis.thaw()
      await settled(performance.now(), 'thaw of Redis', t)
    })
    assert.deepEqual(durable(failed), [])
    const slow = durable(outcomes)
      .map(({ ms }) => ms)
      .sort((a, b) => b - a)
    t.diagnostic(
      `slowest of what needs no Redis: ${slow.slice(0, 5).map(Math.round).join(', ')} ms`,
    )
  })

  test('a PostgreSQL that crashes is waited for', async (t) => {
    await during(t, 'PostgreSQL immediate restart', async () => {
      await fleet.postgres.primary.stop('immediate')
      await sleep(1000)
      const back = performance.now()
      await fleet.postgres.primary.start()
      await settled(back, 'restart of PostgreSQL', t)
    })
  })

  test('a synchronous standby that is promoted has everything that was promised', async (t) => {
    await during(t, 'promotion', async () => {
      await fleet.postgres.primary.stop('immediate')
      await sleep(500)
      const began = performance.now()
      await fleet.standby.promote()
      t.diagnostic(`pg_promote took ${((performance.now() - began) / 1000).toFixed(2)} s`)
      await settled(began, 'promotion', t)
    })
  })

  test('in the end everything that was answered is there, and what has ended stays so', async (t) => {
    const memory = () => fleet.nodes.map((one) => residentMib(one.pid()))
    const begun = memory()
    await sleep(4000)
    const ended = memory()
    t.diagnostic(`resident MiB of the nodes: ${begun.join(', ')}, then ${ended.join(', ')}`)
    await load.stop()
    const { journal } = load
    const { outcomes, chains, users, consents, revoked, spentCodes, endedSessions } = journal
    const facts = { outcomes, chains, users, consents, revoked, spentCodes, endedSessions }
    const counts = Object.entries(facts).map(([name, list]) => `${list.length} ${name}`)
    t.diagnostic(counts.join(', '))
    assert.deepEqual(await verify(fleet, world, journal), [])
    assert.deepEqual(await forgottenConsents(fleet, journal, load.cookie()), [])
    assert.ok(journal.chains.reduce((sum, { rotations }) => sum + rotations, 0) > 100)
    for (const list of [journal.users, journal.consents, journal.revoked, journal.endedSessions])
      assert.ok(list.length > 5)
  })
})

/** Lines of HAProxy's log about sessions that did not end well: its flags are anything but `----`. */
function trouble(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => / -1 |DOWN|(?!----)[A-Za-z-]{4} \d+\/\d+\/\d+\//.test(line))
  return lines.slice(-20).join('\n')
}

function residentMib(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kib) / 1024)
}
