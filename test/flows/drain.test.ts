import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { drain } from '../../src/cli/serving/drain.ts'
import { createLog } from '../../src/telemetry/index.ts'
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

test('for the shutdown delay a stopping server says that it is not ready, and still answers', async () => {
  const server = await testServer({ env: { CARDEA_HTTP_SHUTDOWN_DELAY: '1500ms' } })
  const ask = async (path: string) => {
    const { status, headers } = await fetch(server.url + path)
    return { status, connection: headers.get('connection') }
  }
  assert.equal((await ask('/health/ready')).status, 200)
  const drained = drain(server.config, server.app, createLog({ level: 'silent', format: 'json' }))
  assert.equal((await ask('/health/ready')).status, 503)
  const discovery = await ask('/.well-known/openid-configuration')
  assert.deepEqual(discovery, { status: 200, connection: 'close' })
  await drained
  await assert.rejects(ask('/health/live'))
  await server.close()
})
