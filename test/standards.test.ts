import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ClientInput } from '../src/clients/index.ts'
import { entries } from '../src/config-names.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(`${root}docs/standards.md`, 'utf8')

test('docs/standards.md names every test of a specification, and none that is not there', () => {
  const named = [...page.matchAll(/`((?:test|src)\/[\w./-]+\.test\.ts)`/g)].map(([, file]) => file!)
  for (const file of named) assert.ok(existsSync(root + file), file)
  for (const file of globSync('test/rfc/*.test.ts', { cwd: root })) {
    assert.ok(named.includes(file), `${file} is not in docs/standards.md`)
  }
})

test('docs/standards.md names settings and client metadata that exist', () => {
  const settings = new Set(entries.map(({ name }) => name))
  for (const [name] of page.matchAll(/CARDEA_\w+/g)) assert.ok(settings.has(name), name)
  for (const [, name = ''] of page.matchAll(/`client: (\w+)`/g)) {
    assert.ok(Object.hasOwn(ClientInput.properties, name), name)
  }
})
