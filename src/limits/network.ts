import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whom an address stands for: an IPv4 address for itself, an IPv6 address for its /64, which is the
 * least that a household gets and from which it may choose at will.
 */
export function addressKey(ip: string): string {
  return group(ip, { v4: 4, v6: 4 })
}

/** The network of an address: /24 or /48, the smallest blocks that are routed on the internet. */
export function networkKey(ip: string): string {
  return group(ip, { v4: 3, v6: 3 })
}

/** Keeps so many bytes of IPv4 or groups of IPv6; whatever is no address shares one key. */
function group(ip: string, keep: { readonly v4: number; readonly v6: number }): string {
  const [address = ''] = ip.split('%') // an IPv6 zone is of this machine only
  if (isIPv4(address)) return dotted(address.split('.'), keep.v4)
  if (!isIPv6(address)) return 'unknown'
  const groups = groupsOf(address)
  const mapped = mappedBytes(groups)
  if (mapped !== undefined) return dotted(mapped, keep.v4)
  const kept = groups.slice(0, keep.v6).map((value) => value.toString(16))
  return `${kept.join(':')}::/${keep.v6 * 16}`
}

function dotted(bytes: readonly (string | number)[], keep: number): string {
  return keep === 4 ? bytes.join('.') : `${bytes.slice(0, keep).join('.')}.0/${keep * 8}`
}

/** The eight groups of a valid IPv6 address, in any of the forms of RFC 4291 section 2.2. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const [front, back] = [head, tail ?? ''].map((part) =>
    part === '' ? [] : part.split(':').flatMap(readGroup),
  )
  const [left, right] = [front ?? [], back ?? []]
  const gap = tail === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array.from({ length: gap }, () => 0), ...right]
}

function readGroup(text: string): number[] {
  if (!text.includes('.')) return [Number.parseInt(text, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}

/** The IPv4 address in `::ffff:0:0/96` (RFC 4291 section 2.5.5.2): how a dual-stack socket names it. */
function mappedBytes(groups: readonly number[]): number[] | undefined {
  const [high = 0, low = 0] = groups.slice(6)
  const mapped = groups.slice(0, 5).every((value) => value === 0) && groups[5] === 0xffff
  return mapped ? [high >> 8, high & 255, low >> 8, low & 255] : undefined
}
