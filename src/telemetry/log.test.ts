import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import Fastify from 'fastify'
import { Failure } from '../base/index.ts'
import { createLog, type Log } from './index.ts'

const secret = 'S3cr3t-Val_ue.0123456789~x'

const forbidden = [
  'token',
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'id_token',
  'id_token_hint',
  'idTokenHint',
  'logout_token',
  'subject_token',
  'csrf_token',
  'code',
  'user_code',
  'device_code',
  'code_verifier',
  'codeVerifier',
  'client_secret',
  'clientSecret',
  'secret',
  'client_assertion',
  'clientAssertion',
  'assertion',
  'password',
  'newPassword',
  'current_password',
  'Authorization',
  'authorization',
  'proxy-authorization',
  'Cookie',
  'cookie',
  'cookies',
  'Set-Cookie',
  'set-cookie',
  'DPoP',
  'otp',
  'backupCode',
  'private_key',
  'secretKey',
  'apiKey',
]

function written(use: (log: Log) => void, format: 'json' | 'pretty' = 'json'): string {
  const lines: string[] = []
  use(createLog({ level: 'trace', format, destination: { write: (line) => lines.push(line) } }))
  assert.ok(lines.length > 0, 'nothing was written')
  return lines.join('')
}

function clean(text: string): void {
  assert.ok(!text.includes(secret) && !text.includes('S3cr3t'), text)
}

/** Every way in which a named value gets into a log call. */
const ways: Readonly<Record<string, (log: Log, name: string, value: unknown) => void>> = {
  'a member': (log, name, value) => log.info({ [name]: value }, 'm'),
  'a deep member': (log, name, value) => log.info({ a: [{ b: { c: { [name]: value } } }] }, 'm'),
  'a body': (log, name, value) => log.info({ body: { [name]: value } }, 'm'),
  'the headers of a request': (log, name, value) =>
    log.info({ req: { headers: { [name]: value } } }),
  'a binding of a child': (log, name, value) => log.child({ [name]: value }).info('m'),
  'a deep binding': (log, name, value) => log.child({ body: { [name]: value } }).info('m'),
  'the query of a request': (log, name, value) =>
    log.info({ req: { method: 'GET', url: `/login?${name}=${String(value)}` } }, 'm'),
  'the query of an address in a text': (log, name, value) =>
    log.info(`Route GET:/oauth/authorize?x=1&${name}=${String(value)}&y=2 not found`),
  'a form in a text': (log, name, value) => log.info({ raw: `x=1&${name}=${String(value)}` }, 'm'),
  'JSON in a text': (log, name, value) => log.info(`body ${JSON.stringify({ [name]: value })}`),
  'a member of an error': (log, name, value) =>
    log.error(Object.assign(new Error('e'), { config: { [name]: value }, [`x_${name}`]: value })),
  'private facts of a failure': (log, name, value) => {
    const kind = { code: 'invalid_grant', status: 400, words: 'w' }
    log.info({ err: new Failure(kind, { log: { deep: { [name]: value } } }) }, 'm')
  },
  'a cause': (log, name, value) =>
    log.info({ err: new Error('e', { cause: { [name]: value } }) }, 'm'),
}

for (const [way, use] of Object.entries(ways)) {
  for (const format of ['json', 'pretty'] as const) {
    test(`no secret is written as ${way} (${format})`, () => {
      for (const name of forbidden) clean(written((log) => use(log, name, secret), format))
    })
  }
}

test('a secret in a list, in an object and in awkward quotes is not written', () => {
  for (const name of forbidden) {
    clean(written((log) => log.info({ [name]: [secret], x: { [name]: { a: secret } } }, 'm')))
    clean(written((log) => log.child({ a: { [name]: [secret] } }).info('m')))
    clean(written((log) => log.child({ a: { [name]: `a"b\\${secret}"` } }).info('m')))
  }
})

test('a numeric code of an authenticator is not written', () => {
  const text = written((log) => log.info({ code: 123_457, body: { code: '654321' } }))
  assert.ok(!text.includes('123457') && !text.includes('654321'))
  assert.ok(!written((log) => log.child({ body: { code: '654321' } }).info('m')).includes('654321'))
})

test('headers, JWTs and the user information of addresses in texts are not written', () => {
  const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJTM2NyM3QifQ.c2lnbmF0dXJl'
  const texts = [
    `Authorization: Bearer ${secret}`,
    `sent Bearer ${secret}`,
    `Cookie: __Host-session=${secret}; other=${secret}`,
    `Set-Cookie: __Host-session=${secret}; Path=/`,
    `DPoP ${secret}`,
    `cannot connect to postgres://cardea:${secret}@db/cardea`,
    `cannot connect to rediss://:${secret}@cache`,
  ]
  for (const text of texts) {
    clean(written((log) => log.info(text)))
    clean(written((log) => log.error(new Error(text))))
  }
  assert.ok(!written((log) => log.info(`token ${jwt} refused`)).includes('eyJ'))
  clean(written((log) => log.info(`token cardea_at_${secret}-_ refused`)))
})

test('an error of the database tells where, but no value', () => {
  const facts = {
    severity: 'ERROR',
    code: '23505',
    detail: `Key (email)=(${secret}) already exists.`,
    hint: secret,
    where: secret,
    internalQuery: secret,
    parameters: [secret],
    table: 'users',
    constraint: 'users_email_key',
  }
  const text = written((log) => {
    log.error({ err: Object.assign(new Error('duplicate key'), facts) }, 'm')
    const message = `invalid input syntax for type uuid: "${secret}"`
    const err = Object.assign(new Error(message), { ...facts, code: '22P02' })
    log.error({ err }, 'm')
    log.error({ error: err }, 'under another name')
    log.error(err)
  })
  clean(text)
  for (const kept of ['23505', '22P02', 'users_email_key', 'invalid input syntax']) {
    assert.ok(text.includes(kept), kept)
  }
})

test('a request shows method, path, names of parameters and address', () => {
  const req = { id: 'r1', method: 'GET', url: `/login?flow=${secret}&lang=x`, ip: '192.0.2.7' }
  const line: unknown = JSON.parse(written((log) => log.info({ req }, 'm')))
  assert.deepEqual(Object(line).req, {
    id: 'r1',
    method: 'GET',
    path: '/login',
    query: ['flow', 'lang'],
    remoteAddress: '192.0.2.7',
  })
  const oauth = { ...req, url: '/oauth/authorize?client_id=x&state=y' }
  assert.ok(!written((log) => log.info({ req: oauth }, 'm')).includes('client_id'))
})

test('error codes and failures stay readable', () => {
  const kind = { code: 'invalid_grant', status: 400, words: 'w' }
  const reset = Object.assign(new Error('e'), { code: 'ECONNRESET', syscall: 'read' })
  const text = written((log) => {
    log.info({ code: 'invalid_grant', parameter: 'code', why: 'replayed', codeId: 'c1' }, 'refused')
    log.info({ err: new Failure(kind, { parameter: 'redirect_uri', cause: reset }) }, 'm')
    log.info({ code: 'FST_ERR_CTP_BODY_TOO_LARGE', grant: 'refresh_token' }, 'm')
  })
  for (const kept of ['"code":"invalid_grant"', '"parameter":"code"', 'replayed', '"c1"']) {
    assert.ok(text.includes(kept), `${kept} in ${text}`)
  }
  for (const kept of ['"failure":"invalid_grant"', 'ECONNRESET', 'FST_ERR_CTP', 'refresh_token']) {
    assert.ok(text.includes(kept), `${kept} in ${text}`)
  }
})

test('the link that makes the first administrator can be read', () => {
  const link = `http://localhost:8080/setup?token=${secret}`
  assert.ok(written((log) => log.warn({}, `No administrator yet:\n\n  ${link}\n`)).includes(link))
})

test('a line is one JSON object with level and time, without process and host', () => {
  const line: unknown = JSON.parse(written((log) => log.info({ a: 1, at: new Date(0) }, 'hello')))
  const { time, ...rest } = Object(line)
  assert.deepEqual(rest, { level: 'info', a: 1, at: '1970-01-01T00:00:00.000Z', msg: 'hello' })
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/)
})

test('the pretty format is text for people', () => {
  assert.match(
    written((log) => log.warn({ a: 1 }, 'hello'), 'pretty'),
    /WARN.*hello\n\s+a: 1\n/,
  )
})

test('what is below the level is not written', () => {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const log = createLog({ level: 'warn', format: 'json', destination })
  log.info('no')
  createLog({ level: 'silent', format: 'json', destination }).fatal('no')
  assert.deepEqual(lines, [])
})

test('cycles, buffers and depth do no harm', () => {
  const cycle: Record<string, unknown> = { bytes: Buffer.from(secret) }
  cycle.self = cycle
  clean(written((log) => log.info({ cycle, map: new Map([[secret, 1]]) }, 'm')))
})

test('every line stays one JSON object whatever is logged', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom(...forbidden))
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
    fc.constantFrom('="\\', 'a=b"'),
  )
  fc.assert(
    fc.property(name, value, fc.string(), (key, member, message) => {
      fc.pre(!['req', 'res', 'err', 'msg', 'level', 'time', '__proto__', 'toJSON'].includes(key))
      const use = (log: Log) => log.info({ [key]: member, deep: { [key]: member } }, `%s${message}`)
      const lines = written(use).trimEnd().split('\n')
      assert.equal(lines.length, 1)
      JSON.parse(lines[0]!)
    }),
    { numRuns: 500 },
  )
})

test('hostile texts take time in proportion to their length', () => {
  const start = performance.now()
  for (const unit of ['a-', 'a', '"', '"a-', 'eyJ', 'x://', 'token', 'Cookie:', '\\"code\\":']) {
    written((log) => log.info(unit.repeat(8000)))
  }
  assert.ok(performance.now() - start < 5000)
})

test('fastify uses our serialisers and redaction', async () => {
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const log = createLog({ level: 'trace', format: 'json', destination: { write } })
  const app = Fastify({ loggerInstance: log })
  app.get('/x', () => {
    throw Object.assign(new Error(`failed for code=${secret}`), { body: secret })
  })
  const headers = { authorization: `Bearer ${secret}`, cookie: `a=${secret}` }
  await app.inject({ url: `/x?code=${secret}`, headers })
  await app.inject({ url: `/nowhere?id_token_hint=${secret}`, headers })
  await app.close()
  assert.ok(lines.length >= 4)
  clean(lines.join(''))
  assert.match(lines.join(''), /"path":"\/x","query":\["code"\]/)
})
