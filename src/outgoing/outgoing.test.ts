import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { hmacSha256, manualClock } from '../base/index.ts'
import { isSpecialUse } from './addresses.ts'
import type { OutgoingNeeds } from './outgoing.ts'
import { createOutgoing, OutgoingError } from './outgoing.ts'
import { createReceiver } from './receiver.ts'

let answer: (...exchange: Parameters<RequestListener>) => unknown = (_request, response) =>
  response.end('hello')
const server = createServer((request, response) => answer(request, response))
let port = 0
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const accept = 'application/json'
const trouble = async (url: string, needs: Partial<OutgoingNeeds> = {}) => {
  try {
    await createOutgoing({ allow: [], ...needs }).get(url, { accept })
    return 'none'
  } catch (error) {
    assert.ok(error instanceof OutgoingError, String(error))
    return error.trouble
  }
}

test('addresses inside are known in every spelling, public ones are not', () => {
  const inside = `127.0.0.1 10.1.2.3 172.31.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1
    255.255.255.255 198.18.0.1 192.0.2.7 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 2001:db8::1 2002:7f00:1::
    ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 ::7f00:1 2001::1 localhost 1.2.3 127.0.0.1.`
  for (const address of ['', ...inside.split(/\s+/)]) assert.ok(isSpecialUse(address), address)
  for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1']) {
    assert.ok(!isSpecialUse(address), address)
  }
})

test('what is not https, not public or not an address is never asked', async () => {
  for (const [url, expected] of [
    ['nonsense', 'bad_url'],
    ['https://user:pw@example.com/', 'bad_url'],
    ['http://example.com/', 'not_https'],
    ['file:///etc/passwd', 'bad_url'],
    ['ftp://example.com/', 'not_https'],
    ['https://127.0.0.1/', 'forbidden_address'],
    ['https://2130706433/', 'forbidden_address'],
    ['https://0x7f.1/', 'forbidden_address'],
    ['https://[::1]/', 'forbidden_address'],
    ['https://[::ffff:169.254.169.254]/', 'forbidden_address'],
    [`https://127.0.0.1:${port}/`, 'forbidden_address'],
  ] as const) {
    assert.equal(await trouble(url), expected, url)
  }
})

test('a name that leads inside is refused, also when it leads outside as well', async () => {
  const outside = { address: '93.184.216.34', family: 4 }
  const inside = { address: '10.0.0.1', family: 4 }
  for (const addresses of [[inside], [outside, inside], [{ address: '::1', family: 6 }]]) {
    const resolve = async () => addresses
    assert.equal(await trouble('https://evil.example/', { resolve }), 'forbidden_address')
  }
  assert.equal(await trouble('https://gone.example/', { resolve: async () => [] }), 'unreachable')
})

test('a name is resolved once: the connection goes to the answer that was judged', async () => {
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]
  }
  const outgoing = createOutgoing({ allow: ['rebind.example'], resolve })
  let host = ''
  answer = (request, response) => {
    host = request.headers.host ?? ''
    response.end('{}')
  }
  const { status, text } = await outgoing.get(`http://rebind.example:${port}/`, { accept })
  assert.deepEqual([status, text, host, asked], [200, '{}', `rebind.example:${port}`, 1])
})

test('redirects, long answers and slow ones are refused, and a POST arrives whole', async () => {
  const url = `http://127.0.0.1:${port}/`
  const allow = [`127.0.0.1:${port}`]
  answer = (_request, response) => response.writeHead(302, { location: 'https://x.example' }).end()
  assert.equal(await trouble(url, { allow }), 'redirect')
  answer = (_request, response) => response.end('x'.repeat(2000))
  assert.equal(await trouble(url, { allow, maxBytes: 1999 }), 'too_large')
  assert.equal(await trouble(url, { allow, maxBytes: 2000 }), 'none')
  answer = (_request, response) => void response.write('x')
  assert.equal(await trouble(url, { allow, patience: 50 }), 'too_slow')
  const forever = () => new Promise<never>(() => {})
  assert.equal(
    await trouble('https://slow.example/', { resolve: forever, patience: 50 }),
    'too_slow',
  )
  answer = (request, response) => {
    const { 'content-type': type, cookie, 'x-a': own } = request.headers
    request.toArray().then((chunks) => response.end([type, cookie, own, ...chunks].join(' ')))
  }
  const message = { contentType: 'text/plain', body: 'grüße', headers: { 'x-a': 'b' } }
  const { text } = await createOutgoing({ allow }).post(url, message)
  assert.equal(text, 'text/plain  b grüße')
  server.closeAllConnections()
})

test('a receiver can tell that a message is ours, and one that is not taken fails', async () => {
  const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  const secret = 'a secret of the receiver'
  const send = createReceiver({ url: `http://127.0.0.1:${port}/hook`, secret, clock })
  let status = 204
  let genuine = false
  answer = async (request, response) => {
    const body = (await request.toArray()).join('')
    const at = String(request.headers['cardea-timestamp'])
    const mac = hmacSha256(Buffer.from(secret), `${at}.${body}`).toString('hex')
    genuine = at === '1893456000' && request.headers['cardea-signature'] === `v1=${mac}`
    response.writeHead(status, { location: 'https://elsewhere.example/' }).end()
  }
  const message = { contentType: 'application/json', body: '{"a":1}' }
  await send(message)
  assert.ok(genuine)
  for (status of [302, 400, 500]) await assert.rejects(send(message))
})
