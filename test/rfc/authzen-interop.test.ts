import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Machine } from '../harness/access.ts'
import { addGroup, addRole, give, machine } from '../harness/access.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

/**
 * The two interoperability scenarios of the AuthZEN working group, as roles and groups of Cardea, with
 * every decision that they publish.
 */
let server: TestServer
let pep: Machine

before(async () => {
  server = await testServer()
  pep = await machine(server, 'authorizer')
})
after(() => server?.close())

async function ask(path: string, body: object) {
  const answer = await postJson(`${server.url}/access/v1/${path}`, body, { token: pep.token })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

/** Roles of the people of the Todo application, and what of eight questions is allowed to them. */
const todo = {
  rick: {
    email: 'rick@the-citadel.com',
    roles: ['todo-admin', 'evil_genius'],
    answers: 'TTTTTTTT',
  },
  morty: { email: 'morty@the-citadel.com', roles: ['editor'], answers: 'TTTTFTFT' },
  summer: { email: 'summer@the-smiths.com', roles: ['editor'], answers: 'TTTTFTFT' },
  beth: { email: 'beth@the-smiths.com', roles: ['viewer'], answers: 'TTTFFFFF' },
  jerry: { email: 'jerry@the-smiths.com', roles: ['viewer'], answers: 'TTTFFFFF' },
} as const

const aTodo = (ownerID: string) => ({
  type: 'todo',
  id: '7240d0db-8ff0-41ec-98b2-34a096273b9f',
  properties: { ownerID },
})

test('Todo scenario: every published decision, one by one and boxcarred', async () => {
  const { db } = server.app
  await addRole(db, 'viewer', ['user:can_read_user', 'todo:can_read_todos'])
  const ofEditors = ['todo:can_create_todo', 'todo:can_update_todo@own', 'todo:can_delete_todo@own']
  await addRole(db, 'editor', ofEditors, ['viewer'])
  await addRole(db, 'todo-admin', ['todo:can_delete_todo'], ['editor'])
  await addRole(db, 'evil_genius', ['todo:can_update_todo'], ['editor'])
  const subjects = new Map<string, { type: 'user'; id: string }>()
  const rick = todo.rick.email
  for (const [username, { email, roles, answers }] of Object.entries(todo)) {
    const { id } = await server.user({ username, email })
    for (const role of roles) await give(db, { user: id }, role)
    const subject = { type: 'user' as const, id }
    subjects.set(username, subject)
    const second = username === 'rick' ? todo.morty.email : email
    const questions: [string, object][] = [
      ['can_read_user', { type: 'user', id: todo.beth.email }],
      ['can_read_user', { type: 'user', id: email }],
      ['can_read_todos', { type: 'todo', id: 'todo-1' }],
      ['can_create_todo', { type: 'todo', id: 'todo-1' }],
      ['can_update_todo', aTodo(rick)],
      ['can_update_todo', aTodo(second)],
      ['can_delete_todo', aTodo(rick)],
      ['can_delete_todo', aTodo(second)],
    ]
    let found = ''
    for (const [name, resource] of questions) {
      const { decision } = await ask('evaluation', {
        subject,
        action: { name },
        resource,
        context: {},
      })
      found += decision ? 'T' : 'F'
    }
    assert.equal(found, answers, username)
  }
  const boxcarred: [keyof typeof todo, [owner: string, decision: boolean][]][] = [
    [
      'rick',
      [
        [rick, true],
        [todo.jerry.email, true],
      ],
    ],
    [
      'morty',
      [
        [rick, false],
        [todo.morty.email, true],
      ],
    ],
    [
      'jerry',
      [
        [rick, false],
        [todo.jerry.email, false],
      ],
    ],
  ]
  for (const [username, expected] of boxcarred) {
    const { evaluations } = await ask('evaluations', {
      subject: subjects.get(username),
      action: { name: 'can_update_todo' },
      resource: {},
      context: {},
      evaluations: expected.map(([owner]) => ({ resource: aTodo(owner) })),
    })
    const found = evaluations.map((one: { decision: boolean }) => one.decision)
    assert.deepEqual(
      found,
      expected.map(([, decision]) => decision),
      username,
    )
  }
})

const people = { a: 'Sales', b: 'Legal', c: 'Legal', d: 'Finance', e: 'Finance', f: 'Accounting' }
const managers = ['a', 'd'] as const
type Person = keyof typeof people
const initials = Object.keys(people) as Person[]

/** Record, department, owner, and who may view and edit it; whoever owns it may delete it. */
const records = `
101 Legal      a abcd  a
102 Legal      b abcd  b
103 Legal      c abcd  c
104 Accounting d adf   d
105 Legal      e abcde e
106 Accounting f adf   f
107 Sales      a ad    a
108 Legal      b abcd  b
109 Accounting c acdf  c
110 Sales      d ad    ad
111 Accounting e adef  e
112 Legal      f abcdf f
113 Sales      a ad    a
114 Accounting b abdf  b
115 Finance    c acde  cd
116 Legal      d abcd  d
117 Legal      e abcde e
118 Accounting f adf   f
119 Legal      a abcd  a
120 Accounting b abdf  b`
  .trim()
  .split('\n')
  .map((line) => {
    const [id = '', department = '', owner = '', view = '', edit = ''] = line.split(/ +/)
    return { id, department, owner: owner as Person, may: { view, edit, delete: owner } }
  })
const actions = ['view', 'edit', 'delete'] as const

async function setUpRecords(): Promise<ReadonlyMap<Person, string>> {
  const { db } = server.app
  await addRole(db, 'record-viewer', ['record:view'])
  await addRole(db, 'record-editor', ['record:edit'], ['record-viewer'])
  await addRole(db, 'record-owner', ['record:delete'], ['record-editor'])
  const ids = new Map<Person, string>()
  for (const person of initials)
    ids.set(person, (await server.user({ username: `sad-${person}` })).id)
  const idOf = (person: Person) => ids.get(person) ?? ''
  const teams = new Map<string, string>()
  for (const department of new Set(Object.values(people))) {
    const members = initials.filter((person) => people[person] === department)
    teams.set(department, await addGroup(db, department, members.map(idOf)))
  }
  const allManagers = await addGroup(db, 'Managers', managers.map(idOf))
  for (const { id, department, owner } of records) {
    const limit = `record:${id}`
    await give(db, { user: idOf(owner) }, 'record-owner', { limit })
    await give(db, { group: teams.get(department) ?? '' }, 'record-viewer', { limit })
    await give(db, { group: allManagers }, 'record-viewer', { limit })
    for (const manager of managers) {
      if (people[manager] !== department) continue
      await give(db, { user: idOf(manager) }, 'record-editor', { limit })
    }
  }
  server.app.access.changed()
  return ids
}

test('Search scenario: every published result of the searches for subjects, resources and actions', async () => {
  const ids = await setUpRecords()
  const subjectOf = (person: Person) => ({ type: 'user', id: ids.get(person) })
  const personOf = (id: string) => initials.find((person) => ids.get(person) === id) ?? '?'
  const resultsOf = async (what: string, body: object): Promise<{ id: string; name: string }[]> => {
    const { results, page } = await ask(`search/${what}`, body)
    assert.equal(page.next_token, '')
    return results
  }
  for (const { id, may } of records) {
    for (const name of actions) {
      const resource = { type: 'record', id }
      const body = { subject: { type: 'user' }, action: { name }, resource }
      const found = (await resultsOf('subject', body)).map((one) => personOf(one.id))
      assert.equal(found.sort().join(''), may[name], `who may ${name} ${id}`)
    }
  }
  for (const person of initials) {
    const subject = subjectOf(person)
    for (const name of actions) {
      const body = { subject, action: { name }, resource: { type: 'record' } }
      const found = (await resultsOf('resource', body)).map((one) => one.id)
      const expected = records.filter(({ may }) => may[name].includes(person)).map(({ id }) => id)
      assert.deepEqual(found, expected, `what ${person} may ${name}`)
    }
    for (const { id, may } of records) {
      const body = { subject, resource: { type: 'record', id } }
      const found = (await resultsOf('action', body)).map((one) => one.name)
      const expected = actions.filter((name) => may[name].includes(person))
      assert.deepEqual(found.sort(), expected.toSorted(), `what ${person} may do to ${id}`)
    }
  }
})
