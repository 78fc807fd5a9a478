import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Config, loadConfig, readEnvironment } from './config.ts'
import { formatDuration, parseDuration } from './config-duration.ts'

const key = Buffer.alloc(32, 7).toString('base64url')
const production = {
  CARDEA_ENV: 'production',
  CARDEA_PUBLIC_URL: 'https://auth.example.com',
  CARDEA_SECRET_KEY: key,
}

function load(env: NodeJS.ProcessEnv, files?: (path: string) => string): Config {
  const loaded = loadConfig(env, files)
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.errors.join('\n'))
  return loaded.config
}

function errors(env: NodeJS.ProcessEnv, files?: (path: string) => string): string[] {
  const loaded = loadConfig(env, files)
  return loaded.ok ? [] : loaded.errors
}

const noFile = (): never => assert.fail('no file may be read')

test('an empty environment gives a complete development configuration', () => {
  const config = load({}, noFile)
  assert.equal(config.env, 'development')
  assert.equal(config.publicUrl, 'http://localhost:8080')
  assert.deepEqual(config.http.trustedProxies, [])
  assert.equal(config.http.requestTimeout, 30)
  assert.equal(config.keys.rotateEvery, 90 * 86_400)
  assert.equal(config.log.format, 'pretty')
  assert.equal(config.registration.mode, 'closed')
  assert.deepEqual(config.secretKey, [])
})

test('a production configuration needs an address and a key, and logs JSON', () => {
  assert.equal(load(production).log.format, 'json')
  const wrong = errors({ CARDEA_ENV: 'production', CARDEA_LOG_FORMAT: 'pretty' })
  assert.equal(wrong.length, 3)
  assert.match(wrong.join('\n'), /CARDEA_PUBLIC_URL.*\n.*CARDEA_SECRET_KEY.*\n.*CARDEA_LOG_FORMAT/)
  assert.equal(errors({ ...production, CARDEA_PUBLIC_URL: 'http://auth.example.com' }).length, 1)
})

test('the configuration is frozen to the bottom', () => {
  const config = load(production)
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.http))
  assert.ok(Object.isFrozen(config.secretKey) && Object.isFrozen(config.http.trustedProxies))
})

test('values of every kind are read, and an empty variable counts as not set', () => {
  const config = load({
    CARDEA_HTTP_PORT: '9000',
    CARDEA_HTTP_BODY_LIMIT: '',
    CARDEA_HTTP_TRUSTED_PROXIES: '10.0.0.0/8, ::1/128 ,192.0.2.7,',
    CARDEA_DATABASE_NAMED_STATEMENTS: 'false',
    CARDEA_OAUTH_CODE_LIFETIME: '1m30s',
    CARDEA_LOG_LEVEL: 'debug',
    DATABASE_URL: 'postgres://u:p@db/cardea',
    REDIS_URL: 'rediss://cache:6380/1',
  })
  assert.equal(config.publicUrl, 'http://localhost:9000')
  assert.equal(config.http.bodyLimit, 65_536)
  assert.deepEqual(config.http.trustedProxies, ['10.0.0.0/8', '::1/128', '192.0.2.7'])
  assert.equal(config.database.namedStatements, 'false')
  assert.equal(config.oauth.codeLifetime, 90)
  assert.equal(config.log.level, 'debug')
  assert.equal(config.database.url, 'postgres://u:p@db/cardea')
  assert.equal(config.redis.url, 'rediss://cache:6380/1')
})

const refused: readonly (readonly [string, string])[] = [
  ['CARDEA_ENV', 'prod'],
  ['CARDEA_HTTP_PORT', '65536'],
  ['CARDEA_HTTP_PORT', '8080.5'],
  ['CARDEA_HTTP_PORT', '-1'],
  ['CARDEA_HTTP_PORT', '0x10'],
  ['CARDEA_HTTP_TRUSTED_PROXIES', '10.0.0.0/33'],
  ['CARDEA_HTTP_TRUSTED_PROXIES', '10.0.0.0/'],
  ['CARDEA_HTTP_TRUSTED_PROXIES', '10.0.0.0/8/8'],
  ['CARDEA_HTTP_TRUSTED_PROXIES', '::/129'],
  ['CARDEA_HTTP_TRUSTED_PROXIES', 'proxy.example.com'],
  ['CARDEA_METRICS_ENABLED', 'yes'],
  ['CARDEA_PASSWORD_MIN_LENGTH', '7'],
  ['CARDEA_PASSWORD_MIN_LENGTH', '65'],
  ['CARDEA_OAUTH_CODE_LIFETIME', '11m'],
  ['CARDEA_OAUTH_CODE_LIFETIME', '0s'],
  ['CARDEA_OAUTH_ACCESS_TOKEN_LIFETIME', '0s'],
  ['CARDEA_OAUTH_ACCESS_TOKEN_LIFETIME', '600'],
  ['CARDEA_LOG_LEVEL', 'verbose'],
  ['CARDEA_SECRET_KEY', 'short'],
  ['CARDEA_SECRET_KEY', Buffer.alloc(31).toString('base64')],
  ['DATABASE_URL', 'mysql://db/cardea'],
  ['DATABASE_URL', 'postgres://a:1,b:2/cardea'],
  ['REDIS_URL', 'cache:6379'],
  ['CARDEA_PUBLIC_URL', 'https://auth.example.com/'],
  ['CARDEA_PUBLIC_URL', 'https://auth.example.com/path'],
  ['CARDEA_PUBLIC_URL', 'https://auth.example.com?x=1'],
  ['CARDEA_PUBLIC_URL', 'https://auth.example.com#x'],
  ['CARDEA_PUBLIC_URL', 'https://Auth.Example.com'],
  ['CARDEA_PUBLIC_URL', 'https://auth.example.com:443'],
  ['CARDEA_PUBLIC_URL', 'https://user:pass@auth.example.com'],
  ['CARDEA_PUBLIC_URL', 'ftp://auth.example.com'],
  ['CARDEA_PUBLIC_URL', 'auth.example.com'],
]

for (const [name, value] of refused) {
  test(`${name}=${value} is refused by name`, () => {
    const [error = '', ...more] = errors({ [name]: value })
    assert.ok(error.startsWith(`${name} must `), error)
    assert.deepEqual(more, [])
  })
}

test('every mistake is listed at once', () => {
  const wrong = errors({
    CARDEA_HTTP_PORT: 'x',
    CARDEA_LOG_LEVEL: 'x',
    CARDEA_JOBS_SWEEP_EVERY: 'x',
    CARDEA_KEYS_PUBLISH_LEAD: '91d',
    CARDEA_SESSION_IDLE_LIFETIME: '31d',
    CARDEA_OAUTH_REFRESH_IDLE_LIFETIME: '91d',
    CARDEA_NOPE: 'x',
  })
  assert.equal(wrong.length, 7)
})

test('a publication lead as long as the rotation is refused', () => {
  const both = { CARDEA_KEYS_PUBLISH_LEAD: '1h', CARDEA_KEYS_ROTATE_EVERY: '1h' }
  assert.equal(errors(both).length, 1)
})

test('TLS of our own has both files and a public address, and asks nobody for certificates without', () => {
  const cert = { CARDEA_HTTP_TLS_CERT_FILE: '/tls.crt' }
  const both = { ...cert, CARDEA_HTTP_TLS_KEY_FILE: '/tls.key' }
  const request = { CARDEA_HTTP_TLS_CLIENT_CERTIFICATES: 'request' }
  assert.equal(errors(cert).length, 1)
  assert.equal(errors(request).length, 1)
  assert.equal(errors({ ...both, CARDEA_PUBLIC_URL: 'http://a.example' }).length, 1)
  const loaded = loadConfig({ ...both, ...request, CARDEA_HTTP_PORT: '8443' })
  assert.ok(loaded.ok)
  assert.equal(loaded.config.publicUrl, 'https://localhost:8443')
})

test('a header with certificates is believed from named proxies only', () => {
  const header = { CARDEA_PROTOCOL_CERTIFICATE_HEADER: 'client-cert' }
  assert.equal(errors(header).length, 1)
  assert.deepEqual(errors({ ...header, CARDEA_HTTP_TRUSTED_PROXIES: '10.0.0.0/8' }), [])
})

test('a rule says nothing of a setting that is itself wrong', () => {
  assert.equal(errors({ ...production, CARDEA_PUBLIC_URL: 'nonsense' }).length, 1)
  assert.equal(errors({ CARDEA_ENV: 'prod', CARDEA_LOG_FORMAT: 'pretty' }).length, 1)
})

const misspelt = {
  CARDEA_PORT: 'CARDEA_HTTP_PORT',
  CARDEA_EVN: 'CARDEA_ENV',
  CARDEA_DATABASE_URL: 'DATABASE_URL',
  CARDEA_REDIS_URL: 'REDIS_URL',
  CARDEA_ISSUER_PUBLIC_URL: 'CARDEA_PUBLIC_URL',
  CARDEA_LOGLEVEL: 'CARDEA_LOG_LEVEL',
  CARDEA_SECRET_KEY_FLIE: 'CARDEA_SECRET_KEY_FILE',
}

for (const [name, known] of Object.entries(misspelt)) {
  test(`${name} is refused with the suggestion ${known}`, () => {
    assert.deepEqual(errors({ [name]: '1' }), [`${name} is not a setting; did you mean ${known}?`])
  })
}

test('variables of Kubernetes and of the test kit are not ours to refuse', () => {
  const foreign = {
    CARDEA_SERVICE_HOST: '10.1.1.1',
    CARDEA_SERVICE_PORT: '80',
    CARDEA_SERVICE_PORT_HTTP: '80',
    CARDEA_PORT: 'tcp://10.1.1.1:80',
    CARDEA_PORT_80_TCP: 'tcp://10.1.1.1:80',
    CARDEA_PORT_80_TCP_ADDR: '10.1.1.1',
    CARDEA_TEST_REDIS_URL: 'redis://localhost',
    PATH: '/bin',
  }
  assert.deepEqual(errors(foreign), [])
})

test('a secret may come from a file, which is trimmed', () => {
  const files = (path: string) => (path === '/run/db' ? 'postgres://u:p@db/x\n' : noFile())
  assert.equal(load({ DATABASE_URL_FILE: '/run/db' }, files).database.url, 'postgres://u:p@db/x')
})

test('a secret both in the variable and in a file is refused', () => {
  const wrong = errors({ CARDEA_METRICS_TOKEN: 'a', CARDEA_METRICS_TOKEN_FILE: '/run/t' }, noFile)
  assert.deepEqual(wrong, [
    'CARDEA_METRICS_TOKEN and CARDEA_METRICS_TOKEN_FILE are both set; keep one of them',
  ])
})

test('a secret file that is missing or empty is refused', () => {
  assert.match(errors({ REDIS_URL_FILE: '/does/not/exist' })[0] ?? '', /REDIS_URL cannot.*ENOENT/)
  assert.match(errors({ REDIS_URL_FILE: '/run/empty' }, () => ' \n')[0] ?? '', /is empty/)
})

test('only secrets may come from a file', () => {
  assert.equal(errors({ CARDEA_HTTP_PORT_FILE: '/run/port' }, noFile).length, 1)
})

test('several keys are read in order and written as base64url', () => {
  const [a, b] = [Buffer.alloc(32, 0xfb), Buffer.alloc(32, 0xff)]
  const text = `${a.toString('base64')}, ${b.toString('base64url')}`
  const config = load({ CARDEA_SECRET_KEY: text })
  assert.deepEqual(config.secretKey, [a.toString('base64url'), b.toString('base64url')])
})

test('no error repeats the value of a secret', () => {
  const value = 'hunter2-hunter2'
  const names = ['DATABASE_URL', 'REDIS_URL', 'CARDEA_SECRET_KEY']
  const env = Object.fromEntries(names.map((name) => [name, value]))
  const inFiles = Object.fromEntries(names.map((name) => [`${name}_FILE`, value]))
  for (const wrong of [errors(env), errors(inFiles), errors(inFiles, () => value)]) {
    assert.equal(wrong.length, 3)
    assert.ok(!wrong.join().includes('hunter2'))
  }
})

test('a .env file adds what the environment does not set, and changes neither', (t) => {
  const [home, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), 'cardea-env-'))]
  t.after(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true })
  })
  process.chdir(folder)
  assert.equal(readEnvironment().PATH, process.env.PATH)
  writeFileSync('.env', 'PATH=nowhere\nCARDEA_TEST_DOT_ENV="from file"\n')
  assert.equal(readEnvironment().CARDEA_TEST_DOT_ENV, 'from file')
  assert.equal(readEnvironment().PATH, process.env.PATH)
  assert.equal(process.env.CARDEA_TEST_DOT_ENV, undefined)
})

test('durations are written with units and read as seconds', () => {
  const written = { '15m': 900, '90d': 7_776_000, '500ms': 0.5, '1h30m': 5400, '0s': 0, '90s': 90 }
  for (const [text, seconds] of Object.entries(written)) {
    assert.equal(parseDuration(text), seconds, text)
  }
  for (const text of ['', '15', 'm', '1m1h', '1.5h', '-1s', ' 1s', '1s1s', '1M', '9999999999s']) {
    assert.equal(parseDuration(text), undefined, text)
  }
})

test('a printed duration reads back as the same number of seconds', () => {
  const millis = fc.integer({ min: 0, max: 400_000 * 86_400 * 1000 })
  fc.assert(fc.property(millis, (n) => parseDuration(formatDuration(n / 1000)) === n / 1000))
})

test('any duration in canonical order is the sum of its parts', () => {
  const part = fc.option(fc.nat(999_999_999))
  fc.assert(
    fc.property(fc.tuple(part, part, part, part, part), (parts) => {
      fc.pre(parts.some((count) => count !== null))
      const sizes = [86_400_000, 3_600_000, 60_000, 1000, 1]
      const units = ['d', 'h', 'm', 's', 'ms']
      const text = parts.map((count, i) => (count === null ? '' : `${count}${units[i]}`)).join('')
      const sum = parts.reduce<number>((total, count, i) => total + (count ?? 0) * sizes[i]!, 0)
      return parseDuration(text) === sum / 1000
    }),
  )
})

test('no text whatever makes the reader throw', () => {
  const names = ['CARDEA_PUBLIC_URL', 'CARDEA_HTTP_TRUSTED_PROXIES', 'CARDEA_JOBS_SWEEP_EVERY']
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary' }), (name, value) => {
      loadConfig({ [name]: value })
    }),
  )
})
