// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted sources are text
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Sources } from './architecture-check.ts'
import { importsOf, rules } from './architecture-check.ts'
import { blankComments, blankText } from './source-text.ts'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const paths = globSync('**/*.ts', { cwd: src }).sort()
const sources: Sources = new Map(paths.map((path) => [path, readFileSync(src + path, 'utf8')]))

for (const { name, violations } of rules) {
  test(`architecture: ${name}`, () => {
    const found = violations(sources)
    assert.equal(found.length, 0, `\n${found.join('\n')}\n`)
  })
}

/** One violation of each rule, by the rule's name. */
const planted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a module imports only what the table allows': {
    'login/visit.ts': "\nimport { x } from '../oauth/index.ts'\n",
  },
  'another module is entered by its door': {
    'oauth/code.ts': "\nimport type {\n  Client,\n} from '../clients/client.ts'\n",
  },
  'only routes, http and the wiring import fastify': {
    'oauth/issue.ts': "\nimport type { FastifyRequest } from 'fastify'\n",
  },
  'only stores and db import pg': { 'keys/ring.ts': "\nconst pg = await import('pg')\n" },
  'only stores and db write SQL': { 'keys/ring.ts': '\nconst q = sql`SELECT ${1}`\n' },
  'only config.ts reads the environment': { 'cli/serve.ts': '\nconst x = `a${process.env.X}`\n' },
  'time and randomness come from base': { 'kv/memory.ts': '\nconst now = new Date()\n' },
  'imports form no cycle': {
    'kv/a.ts': "import { b } from './b.ts'\n",
    'kv/b.ts': "export { a } from './a.ts'\n",
  },
  'no file has more than 300 lines': { 'kv/a.ts': '\n'.repeat(301) },
  'every module has a door with a header': { 'kv/index.ts': "export { x } from './kv.ts'\n" },
}

for (const { name, violations } of rules) {
  test(`the checker finds a violation of: ${name}`, () => {
    const found = violations(new Map(Object.entries(planted[name] ?? {})))
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0] ?? '', /^src\/[\w/.-]+:\d+ /)
  })
}

test('the checker is not misled by comments, strings, templates and regular expressions', () => {
  const text = [
    '// new Date() in a comment',
    "const a = 'new Date()', b = /['`]new Date()/",
    "const c = `new Date() ${d(`x ${'}'}`)} Date.now`",
    '/* import { x } from "pg" */',
  ].join('\n')
  const misled = rules.flatMap(({ name, violations }) =>
    name.includes('door') ? [] : violations(new Map([['keys/ring.ts', text]])),
  )
  assert.deepEqual(misled, [])
  assert.equal(blankText(text).length, text.length)
  assert.equal(blankComments(text).split('\n').length, 4)
})

test('the checker reads every form of import', () => {
  const text = [
    "import a from './a.ts'",
    "import type { B } from './b.ts'",
    "import './c.ts'",
    "export * from './d.ts'",
    "const e = await import('./e.ts')",
  ].join('\n')
  const seen = importsOf('kv/x.ts', text).map(({ line, target, typeOnly }) => [
    line,
    target,
    typeOnly,
  ])
  assert.deepEqual(seen, [
    [1, 'kv/a.ts', false],
    [2, 'kv/b.ts', true],
    [3, 'kv/c.ts', false],
    [4, 'kv/d.ts', false],
    [5, 'kv/e.ts', false],
  ])
})
