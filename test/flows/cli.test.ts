import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../harness/cardea-process.ts'
import { commandIn } from '../harness/command.ts'

const root = path.resolve(import.meta.dirname, '../..')
const main = path.join(root, 'src/main.ts')
let dataDir: string
let settings: Record<string, string>
let server: Running | undefined
const children = new Set<ChildProcess>()

type Running = {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exit: Promise<number | string>
}

before(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'cardea-cli-'))
  await chmod(dataDir, 0o755) // PostgreSQL runs as another user when this is root
  settings = {
    CARDEA_DATA_DIR: dataDir,
    CARDEA_HTTP_PORT: String(await freePort()),
    CARDEA_LOG_FORMAT: 'json',
    CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '1024',
  }
})
after(async () => {
  server?.child.kill('SIGTERM')
  await Promise.race([server?.exit, sleep(10_000)])
  for (const child of children) child.kill('SIGKILL')
  for (const pid of postgresOf(dataDir)) process.kill(pid, 'SIGKILL')
  await rm(dataDir, { recursive: true, force: true })
})

/** The environment of a person at a terminal, without the settings of the tests around this one. */
function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(CARDEA_|DATABASE_URL|REDIS_URL|NODE_)/.test(name),
  )
  return { ...Object.fromEntries(own), ...env }
}

function start(argv: readonly string[], env = settings): Running {
  const child = spawn(process.execPath, [main, ...argv], {
    cwd: tmpdir(),
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  children.add(child)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exit = new Promise<number | string>((resolve) =>
    child.on('close', (code, signal) => {
      children.delete(child)
      resolve(code ?? signal ?? 'unknown')
    }),
  )
  return { child, output: () => output, exit }
}

type Options = { readonly env?: Record<string, string>; readonly input?: string }

async function cardea(argv: readonly string[], options: Options = {}) {
  const { child, output, exit } = start(argv, { ...settings, ...options.env })
  child.stdin?.end(options.input ?? '')
  const code = await exit
  return { code, output: output() }
}

/** The same without a process of its own. */
const quick = (argv: readonly string[], env: Options['env'] = {}) =>
  commandIn(tmpdir(), argv, { ...settings, ...env })

async function serve(): Promise<Running> {
  const running = start(['serve'])
  const ended = running.exit.then((code) => {
    throw new Error(`serve ended with ${code}: ${running.output()}`)
  })
  const up = async () => {
    const { child } = running
    while (!running.output().includes('listening on') && child.exitCode === null) await sleep(20)
  }
  await Promise.race([up(), ended])
  ended.catch(() => undefined)
  return running
}

const address = () => `http://localhost:${settings.CARDEA_HTTP_PORT}`

async function login(identifier: string, password: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ identifier, password })
  const url = `${address()}/api/v1/auth/login`
  return (await fetch(url, { method: 'POST', headers, body })).status
}

/** The processes of PostgreSQL that work on a folder. */
function postgresOf(folder: string): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  return rows
    .filter((row) => /postgres -D/.test(row) && row.includes(folder))
    .map((row) => Number.parseInt(row, 10))
}

const password = 'correct horse battery staple'

test('help is printed with exit code 0, what is unknown is refused with 2', async () => {
  const cases: [
    string[],
    number,
    RegExp,
    run?: (argv: readonly string[]) => Promise<{ readonly code: unknown; readonly output: string }>,
  ][] = [
    [['--help'], 0, /user create/, cardea],
    [['user', 'create', '--help'], 0, /--username/],
    [['fly'], 2, /no command "fly"/, cardea],
    [['user', 'fly'], 2, /no command "user fly"/],
    [['serve', '--fast'], 2, /--fast/],
    [['migrate', 'down', '--count', 'many'], 2, /--count/],
  ]
  const answers = await Promise.all(cases.map(([argv, , , run = quick]) => run(argv)))
  for (const [i, [argv, code, words]] of cases.entries()) {
    assert.equal(answers[i]?.code, code, `${argv.join(' ')}: ${answers[i]?.output}`)
    assert.match(answers[i].output, words)
    assert.doesNotMatch(answers[i].output, /\n\s+at /, 'no stack')
  }
})

test('config check says everything that is wrong, without the values of secrets', async () => {
  const env = {
    CARDEA_HTTP_PORT: '99999',
    CARDEA_SESSION_IDLE_LIFETIME: 'soon',
    CARDEA_REGISTRATION_MODE: 'maybe',
    CARDEA_HTTP_PROT: '1',
    DATABASE_URL: 'mysql://someone:hunter2@db/x',
  }
  const [bad, refused, printed] = await Promise.all([
    quick(['config', 'check'], env),
    cardea(['serve'], { env }),
    quick(['config', 'print'], { DATABASE_URL: 'postgres://someone:hunter2@db/x' }),
  ])
  for (const { code, output } of [bad, refused]) {
    assert.equal(code, 2, output)
    for (const name of Object.keys(env)) assert.ok(output.includes(name), `${name} in ${output}`)
    assert.match(output, /CARDEA_HTTP_PROT .*did you mean CARDEA_HTTP_PORT/)
    assert.ok(!output.includes('hunter2'))
  }
  assert.equal(printed.code, 0, printed.output)
  assert.ok(!printed.output.includes('hunter2'), printed.output)
})

test('the first start prints a link that works, outside the log', async () => {
  const first = await serve()
  while (!first.output().includes('/setup?token=') && first.child.exitCode === null) await sleep(20)
  const [link = ''] = /http\S+\/setup\?token=[\w-]+/.exec(first.output()) ?? []
  assert.equal((await fetch(link)).status, 200)
  first.child.kill('SIGINT')
  assert.equal(await first.exit, 0, first.output())
  assert.deepEqual(postgresOf(dataDir), [])
})

test('without a server the commands start PostgreSQL for the while and leave none behind', async () => {
  const down = await quick(['migrate', 'down', '--count', '100'])
  assert.match(down.output, /take back: 0001_initial/)
  const pending = await quick(['migrate', 'status'])
  assert.equal(pending.code, 0, pending.output)
  assert.match(pending.output, /^pending +0001_initial/m)
  const up = await cardea(['migrate', 'up'])
  assert.equal(up.code, 0, up.output)
  assert.match(up.output, /apply: 0001_initial/)
  const argv = [
    'user',
    'create',
    '--username',
    'ada',
    '--email',
    'ada@example.com',
    '--role',
    'owner',
  ]
  const user = await cardea(argv, { input: `${password}\nmore\n` })
  assert.equal(user.code, 0, user.output)
  assert.match(user.output, /created user ada/)
  const again = await cardea(argv, { input: `${password}\n` })
  assert.equal(again.code, 1, again.output)
  assert.match(again.output, /taken/)
  assert.doesNotMatch(again.output, /\n\s+at /)
  assert.deepEqual(postgresOf(dataDir), [])
})

test('a server and its commands share one folder; a second server is refused', async () => {
  server = await serve()
  assert.ok(!server.output().includes('/setup?token='), 'there is an owner already')
  const [health, second, user, client, status] = await Promise.all([
    cardea(['healthcheck']),
    cardea(['serve'], { env: { CARDEA_HTTP_PORT: String(await freePort()) } }),
    cardea(['user', 'create', '--username', 'perla'], { input: `${password}\r\n` }),
    cardea([
      'client',
      'create',
      '--name',
      'Wiki',
      '--redirect-uri',
      'https://wiki.example/cb',
      '--json',
    ]),
    quick(['migrate', 'status']),
  ])
  assert.equal(health.code, 0, health.output)
  assert.equal(second.code, 1, second.output)
  assert.match(second.output, /in use by process \d+/)
  assert.ok(second.output.includes(dataDir))
  assert.doesNotMatch(second.output, /\n\s+at /)
  assert.equal(user.code, 0, user.output)
  assert.equal(client.code, 0, client.output)
  const made = JSON.parse(client.output)
  assert.match(made.client_id, /^c_/)
  assert.ok(made.client_secret)
  assert.match(status.output, /^applied +0001_initial/m)
  const rotated = await quick(['key', 'rotate'])
  assert.equal(rotated.code, 0, rotated.output)
  const [, kid = ''] = /next signing key: (\S+)/.exec(rotated.output) ?? []
  const [listed, bad] = await Promise.all([
    quick(['key', 'list']),
    quick(['client', 'create', '--name', 'Bad', '--redirect-uri', 'http://plain.example/cb']),
  ])
  assert.equal(listed.code, 0, listed.output)
  assert.match(listed.output, /RS256/)
  assert.match(listed.output, /ES256/)
  assert.ok(listed.output.includes(kid))
  assert.equal(await login('ada', password), 200)
  assert.equal(await login('perla', password), 200)
  assert.equal(bad.code, 1, bad.output)
  assert.match(bad.output, /\/redirect_uris\/0/)
})

test('a server that was killed can be started again and has its data', async () => {
  assert.ok(server)
  server.child.kill('SIGKILL')
  assert.equal(await server.exit, 'SIGKILL')
  server = await serve()
  assert.equal(await login('ada', password), 200)
})

test('SIGTERM ends the server and its PostgreSQL', async () => {
  assert.ok(server)
  assert.ok(postgresOf(dataDir).length > 0)
  server.child.kill('SIGTERM')
  assert.equal(await server.exit, 0, server.output())
  server = undefined
  assert.deepEqual(postgresOf(dataDir), [])
  await assert.rejects(readFile(path.join(dataDir, 'postgres/postmaster.pid')), /ENOENT/)
  assert.equal((await cardea(['healthcheck'])).code, 1)
})
