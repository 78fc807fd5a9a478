import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressKey, networkKey } from './network.ts'

const cases: readonly (readonly [ip: string, address: string, network: string])[] = [
  ['203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['::FFFF:cb00:7107', '203.0.113.7', '203.0.113.0/24'],
  ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['2001:db8:1:2:3:4:203.0.113.7', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['::', '0:0:0:0::/64', '0:0:0::/48'],
  ['1::', '1:0:0:0::/64', '1:0:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
  ['::ffff:0:203.0.113.7', '0:0:0:0::/64', '0:0:0::/48'],
  ['', 'unknown', 'unknown'],
  ['unknown', 'unknown', 'unknown'],
  ['203.0.113.7, 198.51.100.1', 'unknown', 'unknown'],
  ['203.0.113.256', 'unknown', 'unknown'],
]

for (const [ip, address, network] of cases) {
  test(`'${ip}' counts as ${address} in ${network}`, () => {
    assert.equal(addressKey(ip), address)
    assert.equal(networkKey(ip), network)
  })
}
