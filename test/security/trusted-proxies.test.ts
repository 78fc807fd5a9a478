import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hiddenFields } from '../harness/browser.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from './rows.ts'

type Headers = Readonly<Record<string, string>>

/** Signs in with these headers, and tells the addresses that session and audit log remember. */
async function addressesSeen(server: TestServer, headers: Headers): Promise<string[]> {
  const user = await server.user()
  const browser = server.browser()
  const page = await browser.open('/login')
  const fields = { ...hiddenFields(page.body), identifier: user.username, password: user.password }
  const body = new URLSearchParams(fields)
  const response = await browser.fetch('/login', { method: 'POST', headers, body })
  assert.equal(response.status, 303)
  const seen = await rows(
    server.databaseUrl,
    `SELECT host(ip_address) AS ip FROM sessions WHERE user_id = '${user.id}'
     UNION SELECT host(ip_address) FROM audit_log
     WHERE actor = 'user:${user.id}' AND ip_address IS NOT NULL`,
  )
  return seen.map(({ ip }) => String(ip))
}

type Case = readonly [name: string, headers: Headers, expected: string]

/** The server's only peer in these tests is the loopback address. */
const settings: readonly (readonly [proxies: string, cases: readonly Case[]])[] = [
  [
    '',
    [
      ['nobody is trusted by default', { 'x-forwarded-for': '203.0.113.9' }, '127.0.0.1'],
      [
        'no other header names an address either',
        {
          forwarded: 'for=203.0.113.9',
          'x-real-ip': '203.0.113.9',
          'x-client-ip': '203.0.113.9',
          'true-client-ip': '203.0.113.9',
          'cf-connecting-ip': '203.0.113.9',
        },
        '127.0.0.1',
      ],
    ],
  ],
  [
    '10.0.0.0/8,192.0.2.0/24,::1/128',
    [
      [
        'a peer outside the networks is not believed',
        { 'x-forwarded-for': '203.0.113.9' },
        '127.0.0.1',
      ],
    ],
  ],
  [
    '127.0.0.0/8,10.0.0.0/8',
    [
      ['a trusted peer is believed', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
      ['also for IPv6', { 'x-forwarded-for': '2001:db8::9' }, '2001:db8::9'],
      ['without the header the peer is the address', {}, '127.0.0.1'],
      [
        'what the client put on the left is not believed',
        { 'x-forwarded-for': '198.51.100.66, 203.0.113.9' },
        '203.0.113.9',
      ],
      [
        'an invented trusted proxy on the left changes nothing',
        { 'x-forwarded-for': '10.9.9.9, 127.0.0.1, 203.0.113.9' },
        '203.0.113.9',
      ],
      [
        'a chain of trusted proxies is followed to the first stranger',
        { 'x-forwarded-for': '198.51.100.66, 203.0.113.9, 10.1.2.3, 10.4.5.6' },
        '203.0.113.9',
      ],
      [
        'other headers are not believed even from a trusted peer',
        { forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' },
        '127.0.0.1',
      ],
    ],
  ],
]

for (const [proxies, cases] of settings) {
  test(`X-Forwarded-For with trusted proxies '${proxies}'`, async (t) => {
    const server = await testServer({ env: { CARDEA_HTTP_TRUSTED_PROXIES: proxies } })
    t.after(() => server.close())
    for (const [name, headers, expected] of cases) {
      await t.test(name, async () => {
        assert.deepEqual(await addressesSeen(server, headers), [expected])
      })
    }
  })
}
