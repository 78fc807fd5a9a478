import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Whether an address lies in one of these CIDR blocks; what is no block holds nothing. */
export function inNetworks(networks: readonly string[], ip: string | undefined): boolean {
  if (ip === undefined || networks.length === 0) return false
  const list = new BlockList()
  for (const network of networks) readNetwork(list, network)
  if (isIPv4(ip)) return list.check(ip)
  if (!isIPv6(ip)) return false
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  return mapped === undefined ? list.check(ip, 'ipv6') : list.check(mapped)
}

/** Adds a block such as 192.0.2.0/24 or 2001:db8::/32 to a list; false when it is none. */
export function readNetwork(list: BlockList, network: string): boolean {
  const [, address = '', bits = ''] = /^([\da-fA-F.:]{2,45})\/(\d{1,3})$/.exec(network) ?? []
  const size = Number(bits)
  if (isIPv4(address) && size >= 1 && size <= 32) list.addSubnet(address, size, 'ipv4')
  else if (isIPv6(address) && size >= 1 && size <= 128) list.addSubnet(address, size, 'ipv6')
  else return false
  return true
}
