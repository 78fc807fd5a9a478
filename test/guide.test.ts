import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createBrowser } from './harness/browser.ts'
import { passPages } from './harness/oauth.ts'
import { testServer } from './harness/server.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const server = await testServer()
after(() => server.close())

function program(): string {
  const guide = readFileSync(`${root}docs/guide/first-application.md`, 'utf8')
  const code = /```js\n([\s\S]*?)```/.exec(guide)?.[1]
  assert.ok(code, 'the guide has a program')
  return code
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

async function startProgram(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program()], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => assert.fail('the program of the guide has ended')),
  ])
  return child
}

test('the program of docs/guide/first-application.md signs a person in and out', async () => {
  const port = await freePort()
  const home = `http://localhost:${port}/`
  const user = await server.user({ profile: { name: 'Mira Lindqvist' } })
  const client = await server.client({
    redirect_uris: [`${home}callback`],
    post_logout_redirect_uris: [home],
  })
  const app = await startProgram({
    ISSUER: server.url,
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.secret,
    PORT: String(port),
  })
  try {
    const begun = await fetch(`${home}login`, { redirect: 'manual' })
    const browser = createBrowser(server.url)
    const passed = await passPages(browser, begun.headers.get('location') ?? '', user)
    assert.ok(passed.left, `${passed.status} ${passed.url}`)
    const greeting = await (await fetch(passed.left)).text()
    assert.match(greeting, /^Hello, Mira Lindqvist\./)
    const leaving = await fetch(`${home}logout`, { redirect: 'manual' })
    const out = await browser.open(leaving.headers.get('location') ?? '')
    assert.equal(out.left?.href ?? out.url, home)
  } finally {
    app.kill()
  }
})
