import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Visit } from '../harness/browser.ts'
import { allResponseTypes, frontClient, inForm } from '../harness/front-channel.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, pkce } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

let server: TestServer
let client: TestClient
let browser: Browser

before(async () => {
  server = await testServer({ env: { CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true' } })
  client = await frontClient(server)
  browser = await signIn(server, await server.user())
})
after(() => server?.close())

const proof = pkce()
const ask = (fields: Fields, by = browser): Promise<Visit> =>
  by.open(authorizePath(client, proof, { response_mode: 'form_post', ...fields }))

test('Form Post Response Mode §2: every response type, as hidden fields of a form that is posted to the client', async () => {
  for (const response_type of allResponseTypes) {
    const page = await ask({ response_type })
    assert.deepEqual([page.status, page.left], [200, undefined], response_type)
    assert.ok(page.body.includes(`<form method="post" action="${callback}" data-auto-submit>`))
    const fields = inForm(page)
    assert.deepEqual([fields.state, fields.iss], ['st-1', server.url])
    const words = response_type.split(' ')
    assert.equal('code' in fields, words.includes('code'), response_type)
    assert.equal('id_token' in fields, words.includes('id_token'), response_type)
    assert.equal('access_token' in fields, words.includes('token'), response_type)
  }
})

test('Form Post Response Mode §2: nothing of it is kept by caches, or runs a script that is not ours', async () => {
  const page = await ask({ response_type: 'code id_token token' })
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(page.headers.get('cache-control') ?? '', /no-store/)
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /form-action 'self' https:/)
  assert.match(policy, /script-src 'self'/)
  assert.doesNotMatch(page.body, /<script(?![^>]*\ssrc="\/assets\/)/)
  assert.doesNotMatch(page.body, /lang="de" hreflang/, 'it cannot be asked for again')
})

test('Form Post Response Mode §5: what a client sent comes back as text', async () => {
  const state = `"><script>alert(1)</script>'&\u00e9`
  const page = await ask({ state })
  assert.ok(!page.body.includes('<script>alert'))
  assert.equal(inForm(page).state, state)
})

test('Form Post Response Mode §2: failures are posted, too', async () => {
  for (const response_type of ['code', 'id_token', 'frobnicate']) {
    const { error, state, iss } = inForm(
      await ask({ response_type, prompt: 'none' }, server.browser()),
    )
    const expected = response_type === 'frobnicate' ? 'unsupported_response_type' : 'login_required'
    assert.deepEqual([error, state, iss], [expected, 'st-1', server.url])
  }
})

test('a form leads to a native application by its own scheme', async () => {
  const own = 'com.example.app:/callback'
  const native = await server.client({
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    redirect_uris: [own],
    require_consent: false,
  })
  const fields = { response_mode: 'form_post', redirect_uri: own }
  const page = await browser.open(authorizePath(native, proof, fields))
  assert.ok(page.body.includes(`action="${own}"`))
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /form-action 'self' com\.example\.app:/,
  )
})
