import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { BreachOutcome, BreachSource } from './check-breached.ts'
import { createBreachCheck } from './check-breached.ts'

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase()
const many = Array.from({ length: 20_000 }, (_, i) => `stolen ${i}`)
const digests = many.map(sha1).sort()
const wordOf = new Map(many.map((word) => [sha1(word), word]))

let folder: string
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cardea-breached-'))
})
after(() => rm(folder, { recursive: true }))

async function fileOf(text: string): Promise<string> {
  const name = path.join(folder, sha1(text))
  await writeFile(name, text)
  return name
}

/** A check with everything it tells, over the given sources. */
function checkWith(sources: { file?: string; url?: string; timeoutMs?: number }) {
  const told: (readonly [BreachSource, BreachOutcome])[] = []
  const warnings: unknown[] = []
  const check = createBreachCheck({
    log: { warn: (facts: unknown) => warnings.push(facts) },
    fetch,
    file: '',
    url: '',
    timeoutMs: 2000,
    ...sources,
    observe: (source, outcome) => told.push([source, outcome]),
  })
  return { check, told, warnings }
}

const forms = {
  'HASH:COUNT with CRLF': `${digests.map((digest, i) => `${digest}:${i + 1}`).join('\r\n')}\r\n`,
  'HASH:COUNT without a final newline': digests.map((digest, i) => `${digest}:${i}`).join('\n'),
  'HASH alone': `${digests.join('\n')}\n`,
  'lower case': `${digests.join('\n').toLowerCase()}\n`,
}
for (const [name, text] of Object.entries(forms)) {
  test(`every digest of a file is found and no other: ${name}`, async () => {
    const { check, warnings } = checkWith({ file: await fileOf(text) })
    const some = [0, 1, 2, 9999, 10_000, 19_998, 19_999]
    const places = [...some, ...Array.from({ length: 300 }, (_, i) => (i * 67) % 20_000)]
    for (const place of places) {
      const word = wordOf.get(digests[place] ?? '')
      assert.ok(word !== undefined)
      assert.ok(await check(word), `${place}`)
    }
    for (let i = 0; i < 300; i += 1) assert.ok(!(await check(`own ${i}`)))
    assert.deepEqual(warnings, [])
  })
}

test('files of one line, of none and of nonsense are searched too', async () => {
  const one = checkWith({ file: await fileOf(sha1('only')) })
  assert.ok(await one.check('only'))
  assert.ok(!(await one.check('other')))
  assert.ok(!(await checkWith({ file: await fileOf('') }).check('only')))
  const nonsense = checkWith({ file: await fileOf('x'.repeat(100_000)) })
  assert.ok(!(await nonsense.check('only')))
  assert.deepEqual(nonsense.told, [['file', 'failed']])
})

test('a missing file accepts, and the log tells without the password', async () => {
  const { check, told, warnings } = checkWith({ file: path.join(folder, 'missing') })
  assert.equal(await check('my own secret'), false)
  assert.deepEqual(told, [['file', 'failed']])
  assert.equal(warnings.length, 1)
  const [facts] = warnings as { err: Error }[]
  assert.doesNotMatch(`${JSON.stringify(facts)} ${facts?.err.message}`, /my own secret/)
})

async function service(answer: RequestListener) {
  const asked: { url: string; padding: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', padding: request.headers['add-padding']?.toString() })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}/range/`, asked, close }
}

const suffix = (word: string) => sha1(word).slice(5)

test('the range service hears five digits; a listed suffix is a hit, padding and others are not', async () => {
  const list = [
    `${suffix('swordfish trombone')}:3`,
    `${suffix('padded away')}:0`,
    `${'A'.repeat(35)}:12`,
  ]
  const range = await service((_request, response) => response.end(list.join('\r\n')))
  const { check, told } = checkWith({ url: range.url })
  assert.equal(await check('swordfish trombone'), true)
  assert.equal(await check('padded away'), false)
  assert.equal(await check('quite another'), false)
  assert.deepEqual(range.asked[0], {
    url: `/range/${sha1('swordfish trombone').slice(0, 5)}`,
    padding: 'true',
  })
  assert.deepEqual(
    told.map(([, outcome]) => outcome),
    ['breached', 'unknown', 'unknown'],
  )
  await range.close()
})

const failing: Record<string, RequestListener> = {
  'is silent': () => undefined,
  'stops in the middle': (_request, response) => {
    response.write(`${'A'.repeat(35)}:1\r\n`)
  },
  'answers 500': (_request, response) => {
    response.writeHead(500).end(`${suffix('swordfish')}:1`)
  },
  redirects: (_request, response) => {
    response.writeHead(302, { location: '/elsewhere' }).end()
  },
  'answers without end': (_request, response) => {
    const line = `${'B'.repeat(35)}:1\r\n`.repeat(2000)
    const more = () => {
      while (response.write(line));
    }
    response.on('drain', more)
    more()
  },
  'closes the connection': (request) => {
    request.socket.destroy()
  },
}
const reasons: Record<string, RegExp> = {
  'is silent': /TimeoutError/,
  'stops in the middle': /TimeoutError/,
  'answers 500': /status 500/,
  redirects: /status 302/,
  'answers without end': /too long/,
}
for (const [name, answer] of Object.entries(failing)) {
  test(`a range service that ${name} accepts the password, in time, and is logged`, async () => {
    const range = await service(answer)
    const { check, told, warnings } = checkWith({ url: range.url, timeoutMs: 700 })
    const begun = performance.now()
    assert.equal(await check('swordfish'), false)
    assert.ok(performance.now() - begun < 3000)
    assert.deepEqual(told, [['range', 'failed']])
    const [facts] = warnings as { err: Error }[]
    assert.match(`${facts?.err.name} ${facts?.err.message}`, reasons[name] ?? /fetch failed/)
    assert.equal(warnings.length, 1)
    assert.equal(range.asked.length, 1)
    await range.close()
  })
}

test('a hit in the own file is told to nobody; a miss asks the service as well', async () => {
  const range = await service((_request, response) => response.end(`${suffix('newer')}:1`))
  const { check } = checkWith({ file: await fileOf(sha1('older')), url: range.url })
  assert.ok(await check('older'))
  assert.equal(range.asked.length, 0)
  assert.ok(await check('newer'))
  await range.close()
})

test('without sources nothing is looked up', async () => {
  const { check, told } = checkWith({})
  assert.equal(await check('anything'), false)
  assert.deepEqual(told, [])
})
