import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { median, noticeable, superiority, timeBoth } from '../harness/distributions.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const rounds = 150
const password = 'tulip harbour seventeen'
let server: TestServer

before(async () => {
  server = await testServer({ env: { CARDEA_REGISTRATION_MODE: 'open' } })
  await server.user({ username: 'known', email: 'known@example.org' })
})
after(() => server?.close())

const post = (path: string, body: object) => postJson(`${server.url}/api/v1/auth/${path}`, body)

async function sameTime(
  known: (round: number) => Promise<unknown>,
  unknown: (round: number) => Promise<unknown>,
): Promise<void> {
  const { a, b } = await timeBoth(rounds, known, unknown)
  const difference = superiority(a, b) - 0.5
  const words = `known ${median(a).toFixed(2)} ms, unknown ${median(b).toFixed(2)} ms`
  assert.ok(Math.abs(difference) < noticeable, `${words}, superiority ${difference.toFixed(3)}`)
}

test('ASVS 6.3.8: a login takes as long for an unknown account as for a wrong password', () =>
  sameTime(
    () => post('login', { identifier: 'known', password: 'not the password' }),
    () => post('login', { identifier: 'nobody', password: 'not the password' }),
  ))

test('ASVS 6.3.8: a registration takes as long for an address that has an account', () =>
  sameTime(
    (i) => post('register', { username: `a${i}`, email: 'known@example.org', password }),
    (i) => post('register', { username: `b${i}`, email: `new${i}@example.org`, password }),
  ))

test('ASVS 6.3.8: a request for recovery takes as long for an unknown account', () =>
  sameTime(
    () => post('forgot-password', { identifier: 'known@example.org' }),
    () => post('forgot-password', { identifier: 'nobody@example.org' }),
  ))

test('the measurement would notice an answer that comes two milliseconds later', async () => {
  const identifier = 'nobody@example.org'
  const { a, b } = await timeBoth(
    rounds,
    async () => {
      await post('forgot-password', { identifier })
      await sleep(2)
    },
    () => post('forgot-password', { identifier }),
  )
  assert.ok(superiority(a, b) - 0.5 > noticeable)
})
