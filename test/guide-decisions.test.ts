import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { assignRole } from '../src/access/index.ts'
import { addRole, give } from './harness/access.ts'
import { testServer } from './harness/server.ts'
import { apiLogin } from './harness/signed-in.ts'

const guide = readFileSync(new URL('../docs/guide/decisions.md', import.meta.url), 'utf8')
const skip = spawnSync('curl', ['--version']).error ? 'curl is not on the PATH' : false

/** Whether all that is expected is there; more may be. */
function holds(found: unknown, expected: unknown, where = 'answer'): void {
  if (typeof expected !== 'object' || expected === null) {
    assert.deepEqual(found, expected, where)
    return
  }
  for (const [name, member] of Object.entries(expected))
    holds(Object(found)[name], member, `${where}.${name}`)
}

test('the commands of docs/guide/decisions.md answer as it says', { skip }, async () => {
  const server = await testServer()
  try {
    const { db } = server.app
    const ana = await server.user({ username: 'ana' })
    const owner = await server.user({ username: 'odile' })
    await assignRole(db, owner.id, 'owner', server.app.clock.now())
    await addRole(db, 'reader', ['document:read'])
    await addRole(db, 'editor', ['document:write'], ['reader'])
    await addRole(db, 'author', ['document:delete@own'])
    await give(db, { user: ana.id }, 'editor', { limit: 'document:42' })
    await give(db, { user: ana.id }, 'author')
    const client = await server.client({ grant_types: ['client_credentials'], redirect_uris: [] })
    const { access_token: ADMIN } = await apiLogin(server, owner)
    const env: Record<string, string> = {
      CARDEA: server.url,
      ADMIN,
      ANA: ana.id,
      CLIENT_ID: client.id,
      CLIENT_SECRET: client.secret,
    }
    const examples = [...guide.matchAll(/```sh\n([\s\S]*?)```\n```json\n([\s\S]*?)```/g)]
    assert.equal(examples.length, guide.split('```sh').length - 1)
    for (const [, command = '', answer = ''] of examples) {
      const found = await run(command, env)
      holds(found, JSON.parse(answer), command)
      const { access_token: token } = Object(found)
      if (typeof token === 'string') env.TOKEN = token
    }
  } finally {
    await server.close()
  }
})

async function run(command: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const child = spawn('bash', ['-euc', command], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  await new Promise((resolve) => child.on('close', resolve))
  return JSON.parse(output)
}
