import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { decode, hiddenFields } from '../harness/browser.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

type Solver = { readonly solve: (challenge: string) => Promise<string> }
let server: TestServer
let solver: Solver

before(async () => {
  const file = new URL('../../src/http/assets/challenge.js', import.meta.url)
  solver = await import(pathToFileURL(file.pathname).href)
  server = await testServer({
    env: {
      CARDEA_LIMITS_ENABLED: 'true',
      CARDEA_LIMITS_CHALLENGE: 'always',
      CARDEA_LIMITS_CHALLENGE_COST: '1000',
      CARDEA_REGISTRATION_MODE: 'open',
    },
  })
})
after(() => server?.close())

const forgot = (answer?: string) =>
  postJson(
    `${server.url}/api/v1/auth/forgot-password`,
    { identifier: 'somebody' },
    { headers: { ...(answer !== undefined && { 'cardea-challenge-answer': answer }) } },
  )

test('where a proof of work is asked for, an application gets the puzzle and answers it once', async () => {
  const asked = await postJson(`${server.url}/api/v1/auth/challenge`, undefined, { method: 'GET' })
  assert.equal(asked.body.required, true)
  assert.equal((await forgot()).body.code, 'challenge_required')
  assert.equal((await forgot('bm9uc2Vuc2U=')).body.code, 'challenge_required')
  const answer = await solver.solve(asked.body.challenge)
  assert.equal((await forgot(answer)).status, 202)
  assert.equal((await forgot(answer)).body.code, 'challenge_required')
})

test('the forms carry the puzzle, and come back with a new one when the answer is missing', async () => {
  const user = await server.user({ username: 'ada' })
  const browser = server.browser()
  for (const path of ['/register', '/forgot-password', '/login']) {
    const page = await browser.open(path)
    assert.match(page.body, /<form[^>]* data-challenge="/, path)
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/)
  }
  const login = await browser.open('/login')
  const fields = { identifier: 'ada', password: user.password }
  const refused = await browser.submit(login, fields)
  assert.equal(refused.status, 403)
  assert.notEqual(puzzleIn(refused.body), puzzleIn(login.body))
  const answer = await solver.solve(puzzleIn(refused.body))
  const entered = await browser.submit(refused, { ...fields, challenge_answer: answer })
  assert.equal(entered.url, `${server.url}/`)
  assert.equal(hiddenFields(refused.body).challenge_answer, '')
})

test('a wrong proof of work is no attempt at the account', async () => {
  await server.user({ username: 'bea' })
  for (let i = 0; i < 8; i += 1) {
    const login = { identifier: 'bea', password: 'not the password' }
    const { status } = await postJson(`${server.url}/api/v1/auth/login`, login)
    assert.equal(status, 403)
  }
})

function puzzleIn(body: string): string {
  return decode(/ data-challenge="([^"]+)"/.exec(body)?.[1] ?? '')
}
