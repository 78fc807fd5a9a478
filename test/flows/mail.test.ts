import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { manualClock } from '../../src/base/index.ts'
import { listDeadJobs, queueDepth } from '../../src/jobs/index.ts'
import type { Letter } from '../../src/mail/index.ts'
import { openSmtpTransport, writeLetter } from '../../src/mail/index.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const closing: { close: () => Promise<void> }[] = []
after(async () => {
  for (const one of closing.toReversed()) await one.close()
})

async function mailbox(...options: Parameters<typeof createMailbox>): Promise<Mailbox> {
  const box = await createMailbox(...options)
  closing.push(box)
  return box
}

async function serverFor(...options: Parameters<typeof testServer>): Promise<TestServer> {
  const server = await testServer(...options)
  closing.push(server)
  return server
}

/** A server that sends to a mailbox, but only when told to drain. */
function quietServer(box: Mailbox, options: Parameters<typeof testServer>[0] = {}) {
  const env = { CARDEA_MAIL_URL: box.url, CARDEA_MAIL_STARTTLS: 'opportunistic', ...options.env }
  return serverFor({ ...options, env })
}

/** What is measured of mails and jobs. */
async function measured({ app }: TestServer): Promise<string> {
  const { body } = await app.metrics.render()
  return body
    .split('\n')
    .filter((line) => /^cardea_(mails|queued)/.test(line))
    .join('\n')
}

const link = 'https://id.example.com/register/confirm?token=abc'

function confirmation(to: string, locale = 'en'): Letter<'confirm-registration'> {
  const values = { username: 'perla', link, code: '123456' }
  return { to, locale, template: 'confirm-registration', values }
}

test('a letter reaches the mail server soon after its commit, as text and HTML', async () => {
  const box = await mailbox()
  const server = await serverFor({
    mailbox: box,
    env: { CARDEA_MAIL_FROM: '"Wiki, Logins" <login@wiki.example>' },
  })
  await server.app.db.transaction((tx) =>
    writeLetter(server.app, tx, confirmation('perla@example.com')),
  )
  const letter = await box.next('perla@example.com', 'Confirm')
  assert.equal(letter.from, 'login@wiki.example')
  assert.equal(letter.headers.get('from'), '"Wiki, Logins" <login@wiki.example>')
  assert.equal(letter.headers.get('to'), 'perla@example.com')
  assert.equal(letter.headers.get('auto-submitted'), 'auto-generated')
  assert.equal(letter.headers.get('content-language'), 'en')
  assert.match(letter.headers.get('message-id') ?? '', /^<[0-9a-f-]{36}@wiki\.example>$/)
  assert.equal(letter.link, link)
  assert.equal(letter.code, '123456')
  assert.match(letter.html, /<a [^>]*href="https:\/\/id\.example\.com\/register/)
  await server.app.queue.drain()
  assert.match(await measured(server), /cardea_mails_total\{outcome="sent"\} 1/)
})

test('a sender that is not one address is refused before anything is sent', async () => {
  const settings = { url: 'smtp://127.0.0.1', starttls: 'required', timeout: 5 } as const
  for (const from of ['', 'Cardea', 'a@example.com, b@example.com', 'Cardea <login>']) {
    await assert.rejects(openSmtpTransport({ ...settings, from }), /CARDEA_MAIL_FROM/, from)
  }
})

test('a letter speaks German to whoever reads German', async () => {
  const box = await mailbox()
  const server = await serverFor({ mailbox: box })
  await writeLetter(server.app, server.app.db, confirmation('jörg@example.com', 'de-AT'))
  const letter = await box.next('jörg@example.com')
  assert.equal(letter.subject, 'Bestätigen Sie Ihre E-Mail-Adresse')
  assert.match(letter.text, /^Guten Tag perla,$/m)
  assert.equal(letter.headers.get('content-language'), 'de')
  assert.equal(letter.code, '123456')
})

test('user and password of the address are used, also with characters that are encoded there', async () => {
  const box = await mailbox({ login: { user: 'cardea@wiki', password: 'p:a/ss%40 word' } })
  const server = await quietServer(box)
  await writeLetter(server.app, server.app.db, confirmation('perla@example.com'))
  assert.equal(await server.app.queue.drain(), 1)
  assert.equal((await box.next('perla@example.com')).user, 'cardea@wiki')
})

test('a wrong password keeps the letters until it is put right', async () => {
  const box = await mailbox({ login: { user: 'cardea', password: 'right' } })
  const env = { CARDEA_MAIL_URL: box.url.replace('right', 'wrong') }
  const server = await quietServer(box, { env })
  await writeLetter(server.app, server.app.db, confirmation('perla@example.com'))
  await server.app.queue.drain()
  assert.deepEqual(await queueDepth(server.app.db), { waiting: 1, dead: 0 })
})

/** How a letter has come to a mailbox, or why it has not. */
async function wayTo(box: Mailbox, starttls: 'required' | 'opportunistic'): Promise<string> {
  const settings = { url: box.url, from: 'cardea@example.com', starttls, timeout: 5 }
  const transport = await openSmtpTransport(settings)
  const words = { subject: 's', text: 't', html: '<p>t</p>', locale: 'en' }
  try {
    await transport.send({ id: starttls, to: 'perla@example.com', ...words })
    return (await box.next('perla@example.com')).secure ? 'secure' : 'plain'
  } catch (error) {
    return error instanceof Error ? error.message : 'no error'
  } finally {
    transport.close()
  }
}

test('STARTTLS is used when it is offered, and needed unless it is only wished for', async () => {
  const offering = await mailbox({ tls: 'starttls' })
  const plain = await mailbox()
  assert.equal(await wayTo(offering, 'opportunistic'), 'secure')
  assert.equal(await wayTo(plain, 'opportunistic'), 'plain')
  assert.match(await wayTo(plain, 'required'), /^the mail server (could not be used|answered 5)/)
  assert.deepEqual([offering.letters().length, plain.letters().length], [1, 1])
})

test('a certificate that is not trusted is refused, and the same one is taken once it is trusted', async () => {
  const starttls = await mailbox({ tls: 'starttls' })
  const implicit = await mailbox({ tls: 'implicit' })
  const refused = /^the mail server could not be used: E.*self-signed certificate/
  assert.match(await wayTo(starttls, 'required'), refused)
  assert.match(await wayTo(implicit, 'required'), refused)
  assert.match(await wayTo(implicit, 'opportunistic'), refused, 'smtps:// is never lenient')
  const known = getCACertificates('default')
  setDefaultCACertificates([...known, starttls.cert, implicit.cert])
  try {
    assert.equal(await wayTo(starttls, 'required'), 'secure')
    assert.equal(await wayTo(implicit, 'required'), 'secure')
  } finally {
    setDefaultCACertificates(known)
  }
})

test('a temporary refusal is tried again later', async () => {
  let busy = true
  const box = await mailbox({ refuse: () => (busy ? [451, '4.7.1 come back later'] : undefined) })
  const clock = manualClock(new Date())
  const server = await quietServer(box, { clock })
  await writeLetter(server.app, server.app.db, confirmation('perla@example.com'))
  await server.app.queue.drain()
  assert.deepEqual(await queueDepth(server.app.db), { waiting: 1, dead: 0 })
  busy = false
  assert.equal(await server.app.queue.drain(), 0)
  clock.advance(15)
  assert.equal(await server.app.queue.drain(), 1)
  await box.next('perla@example.com')
  const body = await measured(server)
  assert.match(body, /cardea_mails_total\{outcome="failed"\} 1/)
  assert.match(body, /cardea_mails_total\{outcome="sent"\} 1/)
  assert.match(body, /cardea_queued_jobs\{state="waiting"\} 0/)
})

test('a permanent refusal is a dead letter at once, without the address in log or table', async () => {
  const box = await mailbox({ refuse: (to) => [550, `5.1.1 <${to}> is unknown here`] })
  const lines: string[] = []
  const server = await quietServer(box, { log: (line) => lines.push(line) })
  await writeLetter(server.app, server.app.db, confirmation('nobody@example.com'))
  await server.app.queue.drain()
  const [dead] = await listDeadJobs(server.app.db, 10)
  assert.equal(dead?.lastError, 'the mail server answered 550 5.1.1 to RCPT TO')
  assert.equal(dead.attempts, 1)
  const log = lines.join('\n')
  assert.match(log, /a job was given up/)
  assert.doesNotMatch(log, /nobody@example\.com|token=abc|123456/)
})

test('the attempts at a letter are a setting', async () => {
  const box = await mailbox({ refuse: () => [450, '4.2.0 not now'] })
  const clock = manualClock(new Date())
  const server = await quietServer(box, { clock, env: { CARDEA_MAIL_ATTEMPTS: '2' } })
  await writeLetter(server.app, server.app.db, confirmation('perla@example.com'))
  for (const waiting of [1, 0]) {
    await server.app.queue.drain()
    assert.equal((await queueDepth(server.app.db)).waiting, waiting)
    clock.advance(3600)
  }
  assert.equal((await queueDepth(server.app.db)).dead, 1)
})

test('one address gets a limited number of letters an hour; the rest is dropped and counted', async () => {
  const box = await mailbox()
  const lines: string[] = []
  const server = await quietServer(box, {
    log: (line) => lines.push(line),
    env: { CARDEA_LIMITS_ENABLED: 'true', CARDEA_MAIL_PER_RECIPIENT_HOURLY: '2' },
  })
  for (let i = 0; i < 4; i += 1) {
    await writeLetter(server.app, server.app.db, confirmation('perla@example.com'))
  }
  await writeLetter(server.app, server.app.db, confirmation('mira@example.com'))
  assert.equal(await server.app.queue.drain(), 5)
  const recipients = box.letters().map(({ to }) => to)
  assert.deepEqual(recipients.sort(), [
    'mira@example.com',
    'perla@example.com',
    'perla@example.com',
  ])
  const body = await measured(server)
  assert.match(body, /cardea_mails_total\{outcome="dropped"\} 2/)
  assert.match(lines.join('\n'), /a mail too many/)
  assert.doesNotMatch(lines.join('\n'), /perla@example\.com/)
  assert.deepEqual(await queueDepth(server.app.db), { waiting: 0, dead: 0 })
})

test('an address cannot name further recipients or headers', async () => {
  const box = await mailbox()
  const server = await quietServer(box)
  const hostile = [
    'perla@example.com, eve@example.com',
    'perla@example.com\r\nBcc: eve@example.com',
    'Perla <perla@example.com>',
    'perla@example.com> eve@example.com',
    'perla',
    '',
  ]
  for (const to of hostile) await writeLetter(server.app, server.app.db, confirmation(to))
  await server.app.queue.drain()
  assert.deepEqual(box.letters(), [])
  const dead = await listDeadJobs(server.app.db, 10)
  assert.deepEqual(
    [...new Set(dead.map(({ lastError }) => lastError))],
    ['the recipient is no address'],
  )
  assert.equal(dead.length, hostile.length)
})

test('a letter that is sent twice has one Message-ID, so that the second can be recognised', async () => {
  const box = await mailbox()
  const settings = { url: box.url, from: 'cardea@example.com', starttls: 'opportunistic' } as const
  const transport = await openSmtpTransport({ ...settings, timeout: 5 })
  const words = { subject: 's', text: 't', html: '<p>t</p>', locale: 'en' }
  for (const id of ['job-1', 'job-1', 'job-2']) {
    await transport.send({ id, to: 'perla@example.com', ...words })
  }
  transport.close()
  assert.deepEqual(
    box.letters().map(({ headers }) => headers.get('message-id')),
    ['<job-1@example.com>', '<job-1@example.com>', '<job-2@example.com>'],
  )
})

test('a mail server that says nothing does not hold a letter for long', async () => {
  const { createServer } = await import('node:net')
  const mute = createServer(() => undefined).listen(0, '127.0.0.1')
  await new Promise((resolve) => mute.once('listening', resolve))
  const address = mute.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const transport = await openSmtpTransport({
    url: `smtp://127.0.0.1:${port}`,
    from: 'cardea@example.com',
    starttls: 'opportunistic',
    timeout: 1,
  })
  const began = performance.now()
  const words = { subject: 's', text: 't', html: '<p>t</p>', locale: 'en' }
  await assert.rejects(transport.send({ id: '1', to: 'perla@example.com', ...words }))
  assert.ok(performance.now() - began < 5000)
  transport.close()
  mute.close()
})

test('without a mail server the letters of a test are in the inbox, the youngest first', async () => {
  const server = await serverFor()
  await writeLetter(server.app, server.app.db, confirmation('perla@example.com'))
  await server.app.queue.drain()
  const [mail, ...others] = server.app.inbox.list()
  assert.deepEqual(others, [])
  assert.equal(mail?.to, 'perla@example.com')
  assert.match(mail.text, /123456/)
})

test('in development the inbox is a page, and a letter is shown without being a page of ours', async () => {
  const server = await serverFor({ env: { CARDEA_ENV: 'development' } })
  const browser = server.browser()
  assert.match((await browser.open('/dev/mail')).body, /No mail has been sent yet/)
  const username = '<script>alert(1)</script>'
  const values = { username, link, code: '123456' }
  const letter = { ...confirmation('perla@example.com'), values }
  await writeLetter(server.app, server.app.db, letter)
  await server.app.queue.drain()
  const list = await browser.open('/dev/mail')
  const path = /href="(\/dev\/mail\/[^"]+)"/.exec(list.body)?.[1] ?? ''
  const page = await browser.open(path)
  assert.equal(page.status, 200)
  assert.match(page.body, /<a href="https:\/\/id\.example\.com\/register/)
  assert.match(page.body, /<iframe sandbox src="\/dev\/mail\/[^"]+\/html"/)
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'.*; frame-src 'self'$/)
  assert.match(policy, /frame-ancestors 'none'/)
  const shown = await browser.open(`${path}/html`)
  const cage = shown.headers.get('content-security-policy') ?? ''
  assert.match(cage, /^sandbox; default-src 'none'/)
  assert.doesNotMatch(cage, /script-src|allow-/)
  assert.match(cage, /frame-ancestors 'self'/)
  assert.equal(shown.headers.get('x-content-type-options'), 'nosniff')
  for (const { body } of [page, shown]) assert.doesNotMatch(body, /<script/)
  for (const none of ['/dev/mail/other', '/dev/mail/other/html']) {
    assert.equal((await browser.open(none)).status, 404)
  }
})

test('there is no inbox page in tests, nor in development with a mail server', async () => {
  const box = await mailbox()
  const servers = [
    await serverFor(),
    await serverFor({ env: { CARDEA_ENV: 'development', CARDEA_MAIL_URL: box.url } }),
  ]
  for (const server of servers) {
    assert.equal((await server.browser().open('/dev/mail')).status, 404)
  }
})
