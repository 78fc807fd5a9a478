import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { mmdb } from './mmdb.fixture.ts'
import { createPlaces } from './place.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cardea-place-'))
})
after(() => rm(folder, { recursive: true }))

function placesOf(file: string) {
  const warnings: unknown[] = []
  const places = createPlaces({ file, log: { warn: (facts: unknown) => warnings.push(facts) } })
  return { places, warnings }
}

async function written(name: string, content: Buffer): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

const norway = { names: { en: 'Norway', de: 'Norwegen' } }
const small = () =>
  mmdb({
    '203.0.113.0/24': { city: { names: { en: 'Oslo' } }, country: norway },
    '198.51.100.7/32': { country: norway },
    '192.0.2.0/25': { location: { accuracy_radius: 100 } },
  })

test('the city and the country of an address are told in the language of the reader', async () => {
  const { places, warnings } = placesOf(await written('small.mmdb', small()))
  assert.deepEqual(await places.of('203.0.113.9'), {
    city: 'Oslo',
    country: 'Norway',
    words: 'Oslo, Norway',
  })
  assert.equal((await places.of('203.0.113.255', 'de'))?.words, 'Oslo, Norwegen')
  assert.deepEqual(await places.of('198.51.100.7'), { country: 'Norway', words: 'Norway' })
  assert.deepEqual(warnings, [])
})

test('an address without a place has none', async () => {
  const { places, warnings } = placesOf(await written('other.mmdb', small()))
  for (const ip of ['10.0.0.1', '198.51.100.8', '192.0.2.1', '2001:db8::1', null]) {
    assert.equal(await places.of(ip), undefined, String(ip))
  }
  assert.deepEqual(warnings, [])
})

test('without a file nothing is known and nothing is said', async () => {
  const { places, warnings } = placesOf('')
  assert.equal(await places.of('203.0.113.9'), undefined)
  assert.deepEqual(warnings, [])
})

test('a missing file is warned of once, at the start, and costs the places only', async () => {
  const { places, warnings } = placesOf(join(folder, 'missing.mmdb'))
  for (let waited = 0; warnings.length === 0 && waited < 100; waited += 1) await setTimeout(10)
  assert.equal(warnings.length, 1)
  assert.equal(await places.of('203.0.113.9'), undefined)
  assert.equal(await places.of('203.0.113.9'), undefined)
  assert.equal(warnings.length, 1)
})

test('a broken file is warned of once and costs the places only', async () => {
  const broken = [Buffer.from('no database'), small().subarray(0, 40), Buffer.alloc(0)]
  const cut = small()
  cut.fill(0xff, 0, 60)
  for (const [index, content] of [...broken, cut].entries()) {
    const { places, warnings } = placesOf(await written(`broken${index}.mmdb`, content))
    assert.equal(await places.of('203.0.113.9'), undefined)
    assert.equal(await places.of('198.51.100.7'), undefined)
    assert.equal(warnings.length, 1, `file ${index}`)
  }
})
