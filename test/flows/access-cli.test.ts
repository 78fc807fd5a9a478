import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from '../../src/db/index.ts'
import { runCommand, runProcess } from '../harness/command.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser

before(async () => {
  server = await testServer()
  user = await server.user({ username: 'mira' })
})
after(() => server?.close())

const run = (...argv: string[]) => runCommand(server.databaseUrl, argv)

async function succeeds(...argv: string[]): Promise<string> {
  const { code, output } = await run(...argv)
  assert.equal(code, 0, `${argv.join(' ')}: ${output}`)
  return output
}

const may = async (id?: string, action = 'read') => {
  const question = { resource: { type: 'document', id }, action }
  return (await server.app.access.decide({ type: 'user', id: user.id }, question)).allowed
}

/** The running server is told of nothing; it must find out within a second. */
async function within1s(expected: boolean, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 1000
  while ((await ask()) !== expected) {
    assert.ok(performance.now() < deadline, 'a second is over')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('roles are made and given beside the running server, which follows within a second', async () => {
  assert.equal(await may('42'), false)
  const permission = ['permission', 'create', '--permission', 'document:read']
  assert.match(await succeeds(...permission, '--description', 'See it'), /registered document:read/)
  const create = ['role', 'create', '--role', 'reader', '--permission', 'document:read']
  const made = await runProcess(server.databaseUrl, create)
  assert.equal(made.code, 0, made.output)
  assert.deepEqual(JSON.parse(made.stdout).permissions, ['document:read'])
  const who = ['--user', 'mira', '--role', 'reader', '--resource', 'document:4*']
  const given = await succeeds('role', 'assign', ...who, '--until', '2100-01-01T00:00:00Z')
  assert.match(given, /^gave reader to user \S+ for document:4\* until 2100-01-01T00:00:00.000Z/)
  await within1s(true, () => may('42'))
  assert.equal(await may('52'), false)
  const granted = await succeeds('role', 'grant', '--role', 'reader', '--permission', 'document:*')
  assert.deepEqual(JSON.parse(granted).permissions.toSorted(), ['document:*', 'document:read'])
  await within1s(true, () => may('42', 'print'))
  assert.match(await succeeds('role', 'unassign', ...who), /^took back reader/)
  await within1s(false, () => may('42'))
  const log = await server.app.db.many<{ actor: string; action: string }>(sql`
    SELECT DISTINCT actor, action FROM audit_log WHERE action ~ '^(role|permission)\.' ORDER BY action`)
  assert.deepEqual(
    log,
    ['permission.create', 'role.assign', 'role.create', 'role.unassign', 'role.update'].map(
      (action) => ({ actor: 'system', action }),
    ),
  )
})

test('groups are made and filled, and lists tell what there is', async () => {
  const client = await server.client()
  await succeeds('group', 'create', '--group', 'sales', '--description', 'Sells')
  const [added, toGroup, toClient, roles, permissions] = await Promise.all([
    succeeds('group', 'add', '--group', 'sales', '--user', 'mira'),
    succeeds('role', 'assign', '--group', 'sales', '--role', 'auditor'),
    succeeds('role', 'assign', '--client', client.id, '--role', 'authorizer'),
    succeeds('role', 'list'),
    succeeds('permission', 'list', '--resource', 'cardea.audit'),
  ])
  assert.match(added, /^1 joined/)
  assert.match(toGroup, /^gave auditor to group/)
  assert.match(toClient, /^gave authorizer to client/)
  assert.match(roles, /^owner +Everything/m)
  assert.match(permissions, /^cardea\.audit:export/m)
  const question = { resource: { type: 'cardea.audit' }, action: 'read' }
  const ask = async () =>
    (await server.app.access.decide({ type: 'user', id: user.id }, question)).allowed
  await within1s(true, ask)
  assert.match(await succeeds('group', 'remove', '--group', 'sales', '--user', 'mira'), /^1 left/)
  await within1s(false, ask)
  assert.match(await succeeds('group', 'list'), /^sales +Sells$/m)
  assert.equal(JSON.parse(await succeeds('role', 'show', '--role', 'owner')).built_in, true)
})

test('what is wrong is said in one line, and the last owner stays', async () => {
  await succeeds('role', 'assign', '--user', 'mira', '--role', 'owner')
  const cases: [argv: string[], code: number, words: RegExp][] = [
    [['role', 'unassign', '--user', 'mira', '--role', 'owner'], 1, /last owner/],
    [['role', 'assign', '--user', 'mira', '--role', 'emperor'], 1, /\/role is no role/],
    [['role', 'assign', '--group', 'sales', '--role', 'owner'], 1, /cannot be an owner/],
    [['role', 'assign', '--role', 'admin'], 2, /one of --user, --client and --group/],
    [['role', 'assign', '--user', 'mira', '--role', 'admin', '--until', 'soon'], 2, /--until soon/],
    [['role', 'grant', '--role', 'owner', '--permission', 'a:*'], 1, /comes with Cardea/],
    [['role', 'create', '--role', 'x', '--permission', 'no:thing'], 1, /\/permissions\/0/],
    [['permission', 'create', '--permission', 'cardea.user:fly'], 1, /must not begin with cardea/],
  ]
  const answers = await Promise.all(cases.map(([argv]) => run(...argv)))
  for (const [i, [argv, code, words]] of cases.entries()) {
    assert.equal(answers[i]?.code, code, `${argv.join(' ')}: ${answers[i]?.output}`)
    assert.match(answers[i].output, words)
    assert.doesNotMatch(answers[i].output, /\n\s+at /, 'no stack')
  }
})
