import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testServer } from '../harness/server.ts'

test('a stopping server answers what it has begun, then ends without waiting for idle connections', async () => {
  const slow = {
    CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '65536',
    CARDEA_PASSWORD_ARGON2_ITERATIONS: '30',
  }
  const server = await testServer({ env: slow })
  const login = async () => {
    const answer = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: 'nobody', password: 'correct horse battery staple' }),
    })
    await answer.arrayBuffer()
    return answer.status
  }
  const begun = [login(), login()]
  await sleep(200)
  server.app.drain()
  const closed = server.close().then(() => 'closed')
  const statuses = await Promise.all(begun)
  const late = sleep(5_000, 'still open after 5 s', { ref: false })
  const end = await Promise.race([closed, late])
  server.app.http.server.closeAllConnections()
  await closed
  assert.deepEqual(statuses, [401, 401])
  assert.equal(end, 'closed')
})
