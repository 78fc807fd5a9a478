import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createBrowser } from './harness/browser.ts'
import { freePort } from './harness/cardea-process.ts'
import { passPages } from './harness/oauth.ts'
import { giveTotp, setPolicy } from './harness/second-factor.ts'
import { testServer } from './harness/server.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const server = await testServer()
after(() => server.close())

function program(name: string): string {
  const guide = readFileSync(`${root}docs/guide/${name}.md`, 'utf8')
  const code = /```js\n([\s\S]*?)```/.exec(guide)?.[1]
  assert.ok(code, 'the guide has a program')
  return code
}

async function startProgram(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(name)], {
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
  const app = await startProgram('first-application', {
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

test('RFC 9470 §5: the program of docs/guide/step-up.md asks for what its API demands', async () => {
  const port = await freePort()
  const home = `http://localhost:${port}/`
  const user = await server.user()
  const authenticator = await giveTotp(server, user)
  // Without a policy a factor is asked for only where an application wants it.
  await setPolicy(server, { mode: 'off' })
  const client = await server.client({
    redirect_uris: [`${home}callback`],
    require_consent: false,
  })
  const app = await startProgram('step-up', {
    ISSUER: server.url,
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.secret,
    PORT: String(port),
  })
  const follow = async (url: string | URL) =>
    (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''
  try {
    const browser = createBrowser(server.url)
    const begun = await follow(`${home}transfer`)
    const signedIn = await passPages(browser, begun, user)
    assert.ok(signedIn.left, `${signedIn.status} ${signedIn.url}`)
    const back = await follow(signedIn.left)
    const more = await follow(back)
    assert.equal(new URL(more).searchParams.get('acr_values'), 'urn:cardea:aal2')
    const step = await browser.open(more)
    assert.match(step.url, /\/login\/mfa/, 'the password is not asked for again')
    const proved = await browser.submit(step, { code: authenticator.codeAt(new Date()) })
    assert.ok(proved.left, `${proved.status} ${proved.url}`)
    const done = await fetch(await follow(proved.left))
    assert.equal(await done.text(), 'transferred with pwd + otp + mfa')
  } finally {
    app.kill()
  }
})
