import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { loadConfig } from './config.ts'
import { entries } from './config-names.ts'
import { configMarkdown, envExample, printConfig } from './config-reference.ts'
import { rules } from './config-rules.ts'

test('the reference names every setting once, each with the same number of cells', () => {
  const rows = configMarkdown()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  assert.equal(rows.length, entries.length)
  for (const row of rows) assert.equal(row.split(/(?<!\\)\|/).length, 7, row)
})

test('the reference tells the secrets their file variable', () => {
  for (const name of [
    'DATABASE_URL',
    'REDIS_URL',
    'CARDEA_SECRET_KEY',
    'CARDEA_MAIL_URL',
    'CARDEA_METRICS_TOKEN',
    'CARDEA_AUDIT_STREAM_SECRET',
    'CARDEA_MONITOR_WEBHOOK_SECRET',
    'CARDEA_PROTOCOL_BACKCHANNEL_HOOK_SECRET',
  ]) {
    assert.ok(configMarkdown().includes(`\`${name}\`<br>\`${name}_FILE\``))
  }
  assert.equal(entries.filter((entry) => entry.fileName !== undefined).length, 10)
})

test('the reference prints every rule', () => {
  for (const { words } of rules) {
    const [, ...rest] = words.split(' ')
    assert.ok(configMarkdown().includes(rest.join(' ')), words)
  }
})

test('a rule reads settings that exist and begins with the name of the first', () => {
  for (const { reads, words } of rules) {
    const found = reads.map((path) => entries.find((entry) => entry.path === path))
    assert.ok(found.every((entry) => entry !== undefined))
    assert.ok(words.startsWith(`${found[0]?.name} must `), words)
  }
})

test('the example file sets nothing as it is, and only defaults once uncommented', () => {
  const example = envExample()
  assert.deepEqual({ ...parseEnv(example) }, {})
  const active = parseEnv(example.replaceAll(/^# ((?:CARDEA|DATABASE|REDIS)_[A-Z0-9_]+=)/gm, '$1'))
  assert.equal(Object.keys(active).length, entries.length)
  const { CARDEA_PUBLIC_URL: url, ...rest } = active
  assert.equal(url, 'http://localhost:<port>')
  assert.deepEqual(loadConfig(rest), loadConfig({}))
})

test('every description is one line that ends in a full stop', () => {
  for (const { description } of entries) assert.match(description, /^[A-Z][^\n|]*\.$/)
})

test('printed settings read back as the same configuration, secrets apart', () => {
  const env = { CARDEA_JOBS_SWEEP_EVERY: '1h30m', CARDEA_HTTP_TRUSTED_PROXIES: '10.0.0.0/8,::1' }
  const loaded = loadConfig(env)
  assert.ok(loaded.ok)
  const printed = printConfig(loaded.config)
  assert.match(printed, /^CARDEA_JOBS_SWEEP_EVERY=1h30m$/m)
  assert.deepEqual(loadConfig(parseEnv(printed)), loaded)
})

test('printed settings show of a secret only that it is set', () => {
  const key = Buffer.alloc(32, 7).toString('base64url')
  const loaded = loadConfig({ DATABASE_URL: 'postgres://u:hunter2@db/x', CARDEA_SECRET_KEY: key })
  assert.ok(loaded.ok)
  const printed = printConfig(loaded.config)
  assert.ok(!printed.includes('hunter2') && !printed.includes(key))
  assert.match(printed, /^DATABASE_URL=\[secret\]$/m)
  assert.match(printed, /^CARDEA_SECRET_KEY=\[secret\]$/m)
  assert.match(printed, /^REDIS_URL=$/m)
})
