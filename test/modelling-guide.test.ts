import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { administrator } from './harness/administrator.ts'
import { testServer } from './harness/server.ts'

const guide = fileURLToPath(new URL('../docs/guide/modelling-permissions.md', import.meta.url))

/** Runs the commands of the guide one block after the other, as somebody would type them. */
function runGuide(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string }> {
  const blocks = [...readFileSync(guide, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
  const script = ['set -e', ...blocks.map(([, block = '']) => block)].join('\n')
  const child = spawn('bash', ['-c', script], { env: { ...process.env, ...env } })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? 1, output })))
}

test('the commands of docs/guide/modelling-permissions.md do what it says', async () => {
  const server = await testServer()
  try {
    const owner = await administrator(server, 'owner')
    const mira = await server.user()
    const env = { CARDEA: server.url, TOKEN: owner.token, MIRA: mira.id }
    const { code, output } = await runGuide(env)
    assert.equal(code, 0, output)
    const decisions = [...output.matchAll(/"decision":(true|false)/g)].map(([, said]) => said)
    assert.deepEqual(decisions, ['true', 'false', 'true'], output)
    assert.match(output, /"limit":"document:2024-\*"/)
    assert.match(output, /"permission":"document:update@own"/)
    const groups = await owner.send(`GET /admin/users/${mira.id}/groups`)
    assert.deepEqual(
      groups.body.items.map(({ name }: { name: string }) => name),
      ['sales'],
    )
  } finally {
    await server.close()
  }
})
