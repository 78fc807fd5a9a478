/**
 * Writes small databases in the MaxMind DB file format 2.0: a binary tree over the bits of an address,
 * 16 zero bytes, the data, and the metadata behind its marker. For IPv4 and tests only.
 */
type Value = string | number | { readonly [name: string]: Value }

/** One record of the tree: nothing, another node, or data. */
type Branch = { left?: Branch; right?: Branch } | { readonly data: Buffer }

const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

/** A database from `address/bits` to what is known of that network. */
export function mmdb(networks: Readonly<Record<string, Value>>): Buffer {
  const root: Branch = {}
  for (const [network, value] of Object.entries(networks)) plant(root, network, encode(value))
  const nodes: Branch[] = []
  number(root, nodes)
  const chunks: Buffer[] = []
  let used = 0
  const tree = nodes.map((node) => {
    const bytes = Buffer.alloc(6) // two records of 24 bits
    const pair = 'data' in node ? [] : [node.left, node.right]
    pair.forEach((to, side) => {
      let record = nodes.length // says that nothing is known
      if (to && 'data' in to) {
        record = nodes.length + 16 + used
        chunks.push(to.data)
        used += to.data.length
      } else if (to) record = nodes.indexOf(to)
      bytes.writeUIntBE(record, side * 3, 3)
    })
    return bytes
  })
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_900_000_000,
    database_type: 'Test-City',
    ip_version: 4,
    node_count: nodes.length,
    record_size: 24,
  })
  return Buffer.concat([...tree, Buffer.alloc(16), ...chunks, marker, metadata])
}

function plant(root: Branch, network: string, data: Buffer): void {
  const [address = '', length = '32'] = network.split('/')
  const bits = address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
    .slice(0, Number(length))
  let at = root
  for (const [index, bit] of bits.split('').entries()) {
    if ('data' in at) throw new Error(`${network} lies within another network`)
    const side = bit === '1' ? 'right' : 'left'
    at[side] ??= index === bits.length - 1 ? { data } : {}
    at = at[side]
  }
}

function number(node: Branch, nodes: Branch[]): void {
  if ('data' in node) return
  nodes.push(node)
  for (const next of [node.left, node.right]) if (next) number(next, nodes)
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([control(2, text.length), text])
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(6, 4), bytes])
  }
  const members = Object.entries(value)
  const encoded = members.flatMap(([name, member]) => [encode(name), encode(member)])
  return Buffer.concat([control(7, members.length), ...encoded])
}

/** Type and size; a size from 29 on takes one more byte here. */
function control(type: number, size: number): Buffer {
  if (size >= 29 + 256) throw new Error('too long for this fixture')
  return size < 29 ? Buffer.of((type << 5) | size) : Buffer.of((type << 5) | 29, size - 29)
}
