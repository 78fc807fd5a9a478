import { BlockList, isIP } from 'node:net'

/**
 * Addresses that are nobody's on the public internet (RFC 6890 and its registries): own machine and network,
 * shared, documentation, benchmarking, multicast and reserved ones, and the ways to write an IPv4 address
 * as an IPv6 one, which are judged by what they stand for.
 */
const v4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** All of the public internet is within 2000::/3; what of it is special follows. */
const v6: readonly (readonly [network: string, prefix: number])[] = [
  ['::', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
  ['4000::', 2],
  ['8000::', 1],
]

// Lists of their own: one list would take every IPv4 address for its IPv6 spelling.
const specialV4 = new BlockList()
const specialV6 = new BlockList()
for (const [network, prefix] of v4) specialV4.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of v6) specialV6.addSubnet(network, prefix, 'ipv6')

/** Whether an address must not be asked on behalf of somebody else; what is no address counts as such. */
export function isSpecialUse(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return specialV4.check(address, 'ipv4')
  return family === 0 || specialV6.check(address, 'ipv6')
}
