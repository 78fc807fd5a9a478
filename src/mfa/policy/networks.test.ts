import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { inNetworks, readNetwork } from './networks.ts'

const isNetwork = (text: string) => readNetwork(new BlockList(), text)

test('addresses lie in their blocks and nowhere else', () => {
  const cases: [networks: string[], ip: string, inside: boolean][] = [
    [['10.0.0.0/8'], '10.255.255.255', true],
    [['10.0.0.0/8'], '11.0.0.0', false],
    [['192.0.2.7/32'], '192.0.2.7', true],
    [['192.0.2.7/32'], '192.0.2.8', false],
    [['10.0.0.0/8', '192.0.2.0/24'], '192.0.2.200', true],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['2001:DB8::/32'], '2001:db8::1', true],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
    [['10.0.0.0/8'], '::ffff:11.1.2.3', false],
    [['10.0.0.0/8'], '::1', false],
    [['::1/128'], '127.0.0.1', false],
    [[], '10.0.0.1', false],
  ]
  for (const [networks, ip, inside] of cases) {
    assert.equal(inNetworks(networks, ip), inside, `${ip} in ${networks.join(', ')}`)
  }
})

test('who has no address, or none that can be read, is in no network', () => {
  for (const ip of [
    undefined,
    '',
    'localhost',
    '10.0.0',
    '10.0.0.1:80',
    '10.0.0.1 ',
    '010.0.0.1',
  ]) {
    assert.equal(inNetworks(['10.0.0.0/8', '8.0.0.0/5'], ip), false, ip)
  }
})

test('only blocks in CIDR notation are networks, and none holds the whole world', () => {
  for (const good of ['10.0.0.0/8', '192.0.2.1/32', '2001:db8::/32', '::1/128', '10.1.2.3/8']) {
    assert.equal(isNetwork(good), true, good)
  }
  const bad = ['', '10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '256.0.0.0/8']
  const whole = ['0.0.0.0/0', '::/0']
  const odd = ['10.0.0.0/8 ', '10.0.0.0/8/8', 'fe80::%eth0/10', '::/129', 'intranet/8', '1e1/8']
  for (const text of [...bad, ...whole, ...odd]) assert.equal(isNetwork(text), false, text)
})

test('a block that is none holds nothing and spoils no other', () => {
  assert.equal(inNetworks(['intranet', '10.0.0.0/8'], '10.0.0.1'), true)
  assert.equal(inNetworks(['0.0.0.0/0', 'intranet'], '10.0.0.1'), false)
})

test('nothing makes reading a network or an address throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (network, ip) => {
      assert.equal(inNetworks([network], ip), isNetwork(network) && inNetworks([network], ip))
    }),
  )
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (ip, bits) => {
      assert.equal(inNetworks([`${ip}/${bits}`], ip), true)
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 1, max: 128 }), (ip, bits) => {
      assert.equal(typeof inNetworks([`${ip}/${bits}`], ip), 'boolean')
    }),
  )
})
