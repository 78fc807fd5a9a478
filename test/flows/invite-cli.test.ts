import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runCommand } from '../harness/command.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'

let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, env: { CARDEA_REGISTRATION_MODE: 'invitation' } })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

const invite = (...argv: string[]) =>
  runCommand(server.databaseUrl, ['user', 'invite', ...argv], {
    CARDEA_REGISTRATION_MODE: 'invitation',
    CARDEA_PUBLIC_URL: server.url,
    CARDEA_SECRET_KEY: masterKey.toString('base64url'),
  })

test('an invitation by command is mailed by the running server, and makes an account', async () => {
  const { code, output } = await invite('--email', 'ada@example.org', '--locale', 'de')
  assert.equal(code, 0, output)
  const { link = '', text } = await mailbox.next('ada@example.org')
  assert.match(text, /Einladung/)
  assert.ok(!output.includes(link))
  const invitation = new URL(link).searchParams.get('invitation')
  const account = { username: 'ada', password: 'tulip harbour seventeen', invitation }
  const made = await postJson(`${server.url}/api/v1/auth/register`, account)
  assert.equal(made.status, 201)
  const again = await invite('--email', 'ADA@example.org')
  assert.equal(again.code, 1, again.output)
  assert.match(again.output, /already taken/)
})
