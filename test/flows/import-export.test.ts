import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { Client } from 'pg'
import { sql } from '../../src/db/index.ts'
import { commandIn, withHost } from '../harness/command.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const main = path.resolve(import.meta.dirname, '../../src/main.ts')
const children = new Set<ChildProcess>()
let folder: string
let server: TestServer

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cardea-import-'))
  server = await testServer()
})
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

type Target = Pick<TestServer, 'databaseUrl'>

const settingsOf = ({ databaseUrl }: Target) => ({ DATABASE_URL: withHost(databaseUrl) })

/** In a process of its own, which can be interrupted. */
function start(argv: readonly string[]) {
  const env = { PATH: process.env.PATH, ...settingsOf(server) }
  const child = spawn(process.execPath, [main, ...argv], { cwd: folder, env })
  children.add(child)
  const written = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()))
  const ended = new Promise<number | string>((resolve) =>
    child.on('close', (code, signal) => {
      children.delete(child)
      resolve(code ?? signal ?? 'unknown')
    }),
  )
  return { child, written, ended }
}

async function cardea(argv: readonly string[], target: Target = server) {
  const result = await commandIn(folder, argv, settingsOf(target))
  const counts = [...result.stdout.matchAll(/^(\S.*?)\s{2,}(\d+)$/gm)].map(
    ([, words = '', count]) => [words, Number(count)] as const,
  )
  return { ...result, counts: Object.fromEntries(counts) as Record<string, number> }
}

async function fileOf(name: string, lines: readonly unknown[]): Promise<string> {
  const file = path.join(folder, name)
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  await writeFile(file, `${texts.join('\n')}\n`)
  return file
}

type Row = {
  id: string
  username: string
  email: string
  emailVerified: boolean
  passwordHash: string | null
  isActive: boolean
  deactivatedBy: string | null
  profile: Record<string, unknown>
  createdAt: Date
}

function rowOf(username: string, target = server): Promise<Row | undefined> {
  return target.app.db.maybe<Row>(sql`SELECT * FROM users WHERE username = ${username}`)
}

async function countLike(pattern: string): Promise<number> {
  const row = await server.app.db.maybe<{ n: number }>(
    sql`SELECT count(*)::integer AS n FROM users WHERE username LIKE ${pattern}`,
  )
  return row?.n ?? -1
}

async function login(identifier: string, password: string, target = server): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ identifier, password })
  return (await fetch(`${target.url}/api/v1/auth/login`, { method: 'POST', headers, body })).status
}

const weak = '5f4dcc3b5aa765d61d8327deb882cf99'
const mixed = [
  { username: 'mix-good', email: 'mix-good@example.com', email_verified: true, name: 'Mix Good' },
  'not json',
  { username: 'mix@bad', email: 'nothing', profile: { website: 'javascript:x' }, shoe_size: 43 },
  { username: 'mix-weak', password_hash: weak },
  { username: 'MIX-GOOD', email: 'other@example.com' },
  { username: 'mix-role', roles: ['owner', 'emperor'] },
  '',
  { username: 'mix-late', created_at: 'yesterday', id: 'seven' },
  { email: 'nameless@example.com' },
  { username: 'mix-costly', password_hash: `$2b$17$${'a'.repeat(53)}` },
]
const expected: readonly (readonly [line: number, pointers: readonly string[]])[] = [
  [2, ['']],
  [3, ['/shoe_size', '/profile/website', '/username', '/email']],
  [4, ['/password_hash']],
  [5, ['/username']],
  [6, ['/roles/1']],
  [8, ['/id', '/created_at']],
  [9, ['/username']],
  [10, ['/password_hash']],
]

test('a dry run tells everything that is wrong, by line and member, and writes nothing', async () => {
  const file = await fileOf('mixed.jsonl', mixed)
  const errors = path.join(folder, 'mixed-errors.jsonl')
  const dry = await cardea(['import', 'users', file, '--dry-run', '--errors', errors])
  assert.equal(dry.code, 1, dry.stderr)
  assert.deepEqual(dry.counts, { 'would be imported': 1, 'exist already': 0, refused: 8 })
  assert.equal(await countLike('mix-%'), 0)
  const told = (await readFile(errors, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    told.map(({ line, errors: list }) => [
      line,
      list.map(({ pointer }: { pointer: string }) => pointer),
    ]),
    expected,
  )
  assert.ok(!JSON.stringify(told).includes('mix-'), 'no names in the report')
  assert.equal((await stat(errors)).mode & 0o777, 0o600)
  await cardea(['import', 'users', file, '--dry-run', '--errors', errors])
  assert.equal(
    (await readFile(errors, 'utf8')).split('\n').length,
    expected.length + 1,
    'begun anew',
  )
  const runs = await server.app.db.many(sql`SELECT 1 FROM import_runs`)
  assert.deepEqual(runs, [])
})

test('the good lines go in, the others are refused, and a second run changes nothing', async () => {
  const file = await fileOf('mixed.jsonl', mixed)
  const first = await cardea(['import', 'users', file])
  assert.equal(first.code, 1, first.stderr)
  assert.deepEqual(first.counts, { imported: 1, 'exist already': 0, refused: 8 })
  assert.match(first.stderr, /"line":3/)
  const again = await cardea(['import', 'users', file])
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stdout, /All lines of this file were done before/)
  const more = ['--restart', '--ignore-unknown', '--generate-usernames', '--drop-unusable-hashes']
  const restarted = await cardea(['import', 'users', file, ...more])
  assert.equal(restarted.code, 1, restarted.stderr)
  assert.equal(restarted.counts['exist already'], 1)
  assert.equal(restarted.counts.imported, 3)
  assert.equal(restarted.counts['of them without a password'], 2)
  assert.equal((await rowOf('mix-weak'))?.passwordHash, null)
  assert.equal(await countLike('user-__________'), 1)
})

test('nothing of the audit names anybody', async () => {
  const entries = await server.app.db.many<{ details: object; resource: string }>(
    sql`SELECT resource, details FROM audit_log WHERE action = 'user.import' ORDER BY id`,
  )
  assert.deepEqual(entries[0]?.details, { lines: 9, imported: 1 })
  assert.match(entries[0].resource, /^import:[0-9a-f]{16}$/)
  assert.ok(!JSON.stringify(entries).includes('mix-'))
})

test('people sign in with bcrypt and Keycloak hashes, which become Argon2id', async () => {
  const keycloakId = 'c0ffee00-1234-4abc-8def-0123456789ab'
  const salt = Buffer.from('0123456789abcdef')
  const value = pbkdf2Sync('Keycloak päss', salt, 27_500, 64, 'sha256').toString('base64')
  const keycloak = {
    id: keycloakId,
    username: 'from-keycloak',
    email: 'kc@example.com',
    emailVerified: true,
    enabled: true,
    firstName: 'Kea',
    lastName: 'Cloak',
    createdTimestamp: 1_600_000_000_000,
    attributes: { phoneNumber: ['+41 61 123 45 67'] },
    credentials: [
      {
        type: 'password',
        createdDate: 1_650_000_000_000,
        secretData: JSON.stringify({ value, salt: salt.toString('base64') }),
        credentialData: JSON.stringify({ hashIterations: 27_500, algorithm: 'pbkdf2-sha256' }),
      },
    ],
    disableableCredentialTypes: [],
    requiredActions: [],
    realmRoles: ['default-roles-master'],
    notBefore: 0,
    groups: [],
  }
  const bcrypt = await bcryptHash('bcrypt password', 6)
  const file = await fileOf('passwords.jsonl', [
    { username: 'from-bcrypt', email: 'bc@example.com', password_hash: bcrypt, roles: ['admin'] },
    keycloak,
    { username: 'sleeper', password_hash: bcrypt, is_active: false },
  ])
  const done = await cardea(['import', 'users', file])
  assert.equal(done.code, 0, done.stderr)
  const before_ = await rowOf('from-keycloak')
  assert.equal(before_?.id, keycloakId)
  assert.equal(before_.emailVerified, true)
  assert.deepEqual(before_.profile, {
    name: 'Kea Cloak',
    given_name: 'Kea',
    family_name: 'Cloak',
    phone_number: '+41 61 123 45 67',
  })
  assert.deepEqual(before_.createdAt, new Date(1_600_000_000_000))
  assert.equal(await login('from-bcrypt', 'wrong password'), 401)
  assert.equal((await rowOf('from-bcrypt'))?.passwordHash, bcrypt)
  for (const [name, password] of [
    ['from-bcrypt', 'bcrypt password'],
    ['from-keycloak', 'Keycloak päss'],
  ] as const) {
    assert.equal(await login(name, password), 200, name)
    assert.match((await rowOf(name))?.passwordHash ?? '', /^\$argon2id\$v=19\$/)
    assert.equal(await login(name, password), 200, `${name} again`)
  }
  const sleeper = await rowOf('sleeper')
  assert.equal(sleeper?.isActive, false)
  assert.equal(sleeper.deactivatedBy, 'administrator')
  assert.equal(await login('sleeper', 'bcrypt password'), 401)
})

test('Firebase and Auth0 exports are understood', async () => {
  const key = await fileOf('signer-key', [
    'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  ])
  const file = await fileOf('cloud.jsonl', [
    {
      localId: 'abc',
      email: 'fire@example.com',
      emailVerified: true,
      passwordHash:
        'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
      salt: '42xEC+ixf3L2lw==',
      displayName: 'Fire Base',
      createdAt: '1486324445000',
      providerUserInfo: [],
    },
    {
      _id: { $oid: '60425dc43519d90068f82973' },
      email: 'zero@example.com',
      username: 'from-auth0',
      passwordHash: await bcryptHash('auth0 password', 5),
      password_set_date: { $date: '2021-03-05T16:35:16.775Z' },
      tenant: 'x',
      connection: 'Username-Password-Authentication',
    },
  ])
  const without = await cardea(['import', 'users', file, '--dry-run', '--generate-usernames'])
  assert.match(without.stderr, /"pointer":"\/passwordHash".*--firebase-signer-key-file/)
  const argv = ['import', 'users', file, '--generate-usernames', '--firebase-signer-key-file', key]
  const done = await cardea(argv)
  assert.equal(done.code, 0, done.stderr)
  assert.equal(await login('fire@example.com', 'user1password'), 200)
  assert.equal(await login('from-auth0', 'auth0 password'), 200)
})

test('CSV: byte order mark, quotes, line breaks and columns of an address', async () => {
  const file = path.join(folder, 'people.csv')
  const rows = [
    '\ufeffusername,email,email_verified,name,address.locality,address.formatted,created_at',
    'csv-zoe,zoe@example.com,t,"Zoë ""Z"" Muster, Dr.",Basel,"Weg 1\r\n4000 Basel",2020-01-02 03:04:05+00',
    'csv-short,only@example.com',
    'csv-ann,ann@example.com,false,Ann,,,',
    'csv-odd,odd@example.com,perhaps,Odd,,,',
  ]
  await writeFile(file, rows.join('\r\n'))
  const done = await cardea(['import', 'users', file])
  assert.equal(done.code, 1, done.stderr)
  assert.deepEqual(done.counts, { imported: 2, 'exist already': 0, refused: 2 })
  assert.match(done.stderr, /"line":4.*7/)
  assert.match(done.stderr, /"line":6.*\/email_verified/)
  const zoe = await rowOf('csv-zoe')
  assert.equal(zoe?.emailVerified, true)
  assert.deepEqual(zoe.profile, {
    name: 'Zoë "Z" Muster, Dr.',
    address: { locality: 'Basel', formatted: 'Weg 1\r\n4000 Basel' },
  })
  assert.deepEqual(zoe.createdAt, new Date('2020-01-02T03:04:05Z'))
  await writeFile(file, 'username,email\ncsv-ok,ok@example.com\ncsv-x,"broken')
  const broken = await cardea(['import', 'users', file])
  assert.equal(broken.code, 1)
  assert.match(broken.stderr, /broken near line 3/)
  assert.doesNotMatch(broken.stderr, /\n\s+at /)
})

async function importedLines(): Promise<number> {
  const row = await server.app.db.maybe<{ lines: number }>(
    sql`SELECT lines FROM import_runs ORDER BY updated_at DESC LIMIT 1`,
  )
  return row?.lines ?? 0
}

/** Keeps an import in the batch of this user, whom somebody else is making, until it is let go. */
async function hold(username: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: server.databaseUrl })
  await client.connect()
  await client.query('BEGIN')
  await client.query(
    `INSERT INTO users (id, username, username_key, created_at, updated_at)
     VALUES (gen_random_uuid(), $1, $1, now(), now())`,
    [username],
  )
  return async () => {
    await client.query('ROLLBACK')
    await client.end()
  }
}

/** How many work on the database of the server and wait for somebody else there. */
async function heldUp(): Promise<number> {
  const row = await server.app.db.maybe<{ n: number }>(sql`
    SELECT count(*)::integer AS n FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`)
  return row?.n ?? 0
}

const count = 4000

/** More users than four batches. */
async function manyUsers(prefix: string): Promise<string> {
  const lines = Array.from({ length: count }, (_, i) => ({ username: `${prefix}-${i}` }))
  await server.app.db.run(sql`DELETE FROM import_runs`)
  return fileOf(`${prefix}.jsonl`, lines)
}

test('an import that is killed goes on where it was, and every line is in once', async () => {
  const file = await manyUsers('killed')
  const letGo = await hold('killed-2500')
  const { child, ended } = start(['import', 'users', file])
  while ((await heldUp()) === 0 && child.exitCode === null) await sleep(5)
  child.kill('SIGKILL')
  assert.equal(await ended, 'SIGKILL')
  await letGo()
  const half = await countLike('killed-%')
  assert.equal(half, 2000)
  assert.equal(half, await importedLines())
  const rest = await cardea(['import', 'users', file])
  assert.equal(rest.code, 0, rest.stderr)
  assert.equal(rest.counts['done by an earlier run'], half)
  assert.equal(rest.counts.imported, count - half)
  assert.equal(rest.counts['exist already'], 0)
  assert.equal(await countLike('killed-%'), count)
  const restarted = await cardea(['import', 'users', file, '--restart'])
  assert.equal(restarted.code, 0, restarted.stderr)
  assert.equal(restarted.counts['exist already'], count)
})

test('Ctrl-C ends the batch and says how to go on', async () => {
  const file = await manyUsers('stopped')
  const letGo = await hold('stopped-2500')
  const { child, ended, written } = start(['import', 'users', file])
  while ((await heldUp()) === 0 && child.exitCode === null) await sleep(5)
  child.kill('SIGINT')
  while (!written.stderr.includes('Stopping after this batch')) await sleep(5)
  await letGo()
  assert.equal(await ended, 1, written.stderr)
  assert.equal(await countLike('stopped-%'), 3000)
  assert.match(written.stdout, /Stopped after line 3000\. Run the same command again/)
})

test('two imports of one file at once do not import anybody twice', async () => {
  const file = await manyUsers('racing')
  const letGo = await hold('racing-500')
  const both = [start(['import', 'users', file]), start(['import', 'users', file])]
  while ((await heldUp()) < 2 && children.size === 2) await sleep(5)
  await letGo()
  const codes = await Promise.all(both.map(({ ended }) => ended))
  const told = both.map(({ written }) => written.stderr)
  assert.deepEqual(new Set(codes), new Set([0, 1]), told.join('\n'))
  assert.equal(told[codes.indexOf(1)], 'Another import of this file is under way.\n')
  assert.equal(await countLike('racing-%'), count)
})

describe('an export makes the same users elsewhere, who sign in as before', () => {
  let from: TestServer

  before(async () => {
    from = await testServer()
    const address = { locality: 'Basel', formatted: 'Weg 1\n4000 Basel' }
    const profile = { name: 'Rúna "R" Trip, Dr.', website: 'https://example.com/', address }
    await from.user({ username: 'round', profile, password: 'a password that moves' })
    await from.user({ username: 'other', email: 'other@example.com' })
    await from.app.db.run(sql`UPDATE users SET is_active = false, deactivated_by = 'user',
      delete_after = '2099-01-01', terms_version = '2', terms_accepted_at = '2024-05-06' WHERE username = 'other'`)
    await from.app.db.run(sql`INSERT INTO user_roles (user_id, role_id, created_at)
      SELECT u.id, r.id, now() FROM users u, roles r WHERE u.username = 'round' AND r.name IN ('admin', 'owner')`)
  })
  after(() => from?.close())

  for (const format of ['jsonl', 'csv'] as const) {
    test(`as ${format}`, async () => {
      const to = await testServer()
      try {
        const file = path.join(folder, `moved.${format}`)
        const out = await cardea(['export', 'users', file, '--with-password-hashes'], from)
        assert.equal(out.code, 0, out.stderr)
        assert.match(out.stderr, /2 users/)
        assert.equal((await stat(file)).mode & 0o777, 0o600)
        const again = await cardea(['export', 'users', file], from)
        assert.equal(again.code, 2)
        assert.match(again.stderr, /--force/)
        const moved = await cardea(['import', 'users', file], to)
        assert.equal(moved.code, 0, moved.stderr)
        assert.deepEqual(await everything(to), await everything(from))
        assert.equal(await login('round', 'a password that moves', to), 200)
        const back = await cardea(['import', 'users', file], from)
        assert.equal(back.counts['exist already'], 2)
      } finally {
        await to.close()
      }
    })
  }
})

function everything({ app }: TestServer): Promise<unknown[]> {
  return app.db.many(sql`SELECT u.*,
    (SELECT array_agg(r.name ORDER BY r.name) FROM user_roles ur JOIN roles r ON r.id = ur.role_id
     WHERE ur.user_id = u.id) AS roles FROM users u ORDER BY u.id`)
}

test('an export has hashes only when asked for, and is written down', async () => {
  const plain = await cardea(['export', 'users'])
  assert.equal(plain.code, 0, plain.stderr)
  const lines = plain.stdout.trim().split('\n')
  assert.equal(lines.length, await countLike('%'))
  assert.ok(!plain.stdout.includes('password'))
  assert.ok(!plain.stdout.includes('$2'))
  const entry = await server.app.db.maybe<{ details: object }>(
    sql`SELECT details FROM audit_log WHERE action = 'user.export' ORDER BY id DESC LIMIT 1`,
  )
  assert.deepEqual(entry?.details, { withPasswordHashes: false })
})

test('a name, an address or an id that somebody else has is refused, and not counted as there', async () => {
  const id = (await rowOf('mix-good'))?.id
  const file = await fileOf('taken.jsonl', [
    { username: 'mix-good', email: 'new@example.com' },
    { username: 'new-name', email: 'MIX-good@example.com' },
    { username: 'mix-good', email: 'mix-good@example.com', id: crypto.randomUUID() },
    { username: 'quite-new', email: 'quite-new@example.com', id },
  ])
  const done = await cardea(['import', 'users', file])
  assert.equal(done.code, 1)
  const told = done.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    told.map(({ line, errors }) => [line, errors.map((e: { pointer: string }) => e.pointer)]),
    [
      [1, ['/username']],
      [2, ['/email']],
      [3, ['/username', '/email']],
      [4, ['/id']],
    ],
  )
})

test('wrong use is told with exit code 2', async () => {
  const cases: readonly (readonly [argv: string[], words: RegExp])[] = [
    [['import', 'users'], /FILE is needed/],
    [['import', 'users', 'a', 'b'], /"b" is not expected/],
    [['import', 'users', 'nowhere.jsonl'], /cannot be read/],
    [['import', 'users', 'x', '--format', 'xml'], /jsonl or csv/],
    [['import', 'users', 'x', '--firebase-signer-key-file', main], /key in Base64/],
    [['export', 'users', '/nowhere/at/all'], /cannot be written/],
  ]
  for (const [argv, words] of cases) {
    const { code, stderr } = await cardea(argv)
    assert.equal(code, 2, `${argv.join(' ')}: ${stderr}`)
    assert.match(stderr, words)
  }
})
