import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { mmdb } from '../../src/session/device/mmdb.fixture.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive, currentOf, sessionCookie, sessionsOf, signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const hour = 3600
let server: TestServer
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cardea-places-'))
  const file = join(folder, 'places.mmdb')
  const here = { city: { names: { en: 'Cologne', de: 'Köln' } }, country: { names: { en: 'DE' } } }
  await writeFile(file, mmdb({ '127.0.0.0/8': here }))
  server = await testServer({ clock, env: { CARDEA_SESSION_PLACE_FILE: file } })
})
after(async () => {
  await server?.close()
  await rm(folder, { recursive: true })
})

/** Posts a form of ours with the CSRF token of a page. */
async function send(
  browser: Browser,
  page: Visit,
  path: string,
  fields: Readonly<Record<string, string>> = {},
) {
  const { csrf = '' } = hiddenFields(page.body)
  const body = new URLSearchParams({ csrf, ...fields })
  return browser.fetch(path, { method: 'POST', body })
}

test('the page lists the sessions, ends one, and ends all others', async () => {
  const who = await server.user({ profile: { name: 'Perla', locale: 'de' } })
  const browsers = [await signIn(server, who), await signIn(server, who), await signIn(server, who)]
  const [mine, second, third] = browsers as [Browser, Browser, Browser]
  const page = await mine.open('/account/sessions')
  assert.equal(page.status, 200)
  assert.match(page.body, /<html lang="de">/)
  assert.equal(page.body.match(/Firefox unter Linux/g)?.length, 3)
  assert.match(page.body, /Köln, DE/)
  assert.match(page.body, /Dieses Gerät/)
  assert.doesNotMatch(page.body, /<script/)
  const own = currentOf(await sessionsOf(second))
  const ended = await send(mine, page, '/account/sessions/end', { session: own.id })
  assert.deepEqual([ended.status, ended.headers.get('location')], [303, '/account/sessions'])
  assert.deepEqual(await Promise.all(browsers.map(alive)), [true, false, true])
  await send(mine, page, '/account/sessions/end-others')
  assert.deepEqual(await Promise.all([mine, third].map(alive)), [true, false])
  const alone = await mine.open('/account/sessions')
  assert.doesNotMatch(alone.body, /end-others/)
  const current = currentOf(await sessionsOf(mine))
  const out = await send(mine, page, '/account/sessions/end', { session: current.id })
  assert.equal(out.headers.get('location'), '/logout/done')
  assert.equal(await alive(mine), false)
  const gone = await mine.open('/account/sessions')
  assert.equal(gone.url, `${server.url}/login?return=%2Faccount%2Fsessions`)
})

test('the page asks for the password first when the last proof is old', async () => {
  const who = await server.user()
  const [mine, other] = [await signIn(server, who), await signIn(server, who)]
  clock.advance(15 * 60)
  const page = await mine.open('/account/sessions')
  const asked = await send(mine, page, '/account/sessions/end-others')
  const confirm = '/account/confirm?return=%2Faccount%2Fsessions'
  assert.equal(asked.headers.get('location'), confirm)
  assert.equal(await alive(other), true)
  const before = mine.cookies.get(sessionCookie) ?? ''
  const form = await mine.open(confirm)
  assert.match(form.body, /id="confirm-submit"/)
  const wrong = await mine.submit(form, { password: 'not it' })
  assert.equal(wrong.status, 400)
  assert.match(wrong.body, /The password is not correct\./)
  assert.equal(mine.cookies.get(sessionCookie), before)
  const right = await mine.submit(wrong, { password: who.password })
  assert.equal(right.url, `${server.url}/account/sessions`)
  assert.notEqual(mine.cookies.get(sessionCookie), before)
  const stale = server.browser()
  stale.cookies.set(sessionCookie, before)
  assert.equal(await alive(stale), false)
  await send(mine, right, '/account/sessions/end-others')
  assert.deepEqual(await Promise.all([mine, other].map(alive)), [true, false])
})

test('confirming the password keeps how long the session is remembered', async () => {
  const who = await server.user()
  const window = await signIn(server, who, { remember: false })
  await window.submit(await window.open('/account/confirm'), { password: who.password })
  const session = currentOf(await sessionsOf(window))
  assert.equal(session.remembered, false)
  assert.equal(Date.parse(session.expires_at) - clock.now().getTime(), 12 * hour * 1000)
})
