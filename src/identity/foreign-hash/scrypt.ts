import { scrypt as nodeScrypt } from 'node:crypto'
import { sameBytes } from '../../base/index.ts'
import { foreignHash, fromBase64, leastHashBytes, mostHashBytes } from './foreign-hash.ts'

/** RFC 7914: `n` is the cost, `r` the block size, `p` the parallelisation. */
export type ScryptCost = { readonly n: number; readonly r: number; readonly p: number }

const mostMemory = 256 * 2 ** 20
const mostWork = 2 ** 30

export function isTooCostly({ n, r, p }: ScryptCost): boolean {
  return 128 * n * r > mostMemory || 128 * n * r * p > mostWork
}

/** RFC 7914 section 2. */
export function isPossible({ n, r, p }: ScryptCost): boolean {
  return n > 1 && Number.isInteger(Math.log2(n)) && r > 0 && p > 0
}

type Input = { readonly password: string; readonly salt: Buffer; readonly length: number }

export function scryptKey({ password, salt, length }: Input, cost: ScryptCost): Promise<Buffer> {
  const { n: N, r, p } = cost
  const options = { N, r, p, maxmem: 128 * r * (N + p + 2) + 2 ** 20 }
  return new Promise((resolve, reject) => {
    nodeScrypt(password, salt, length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

type Parts = { readonly cost: ScryptCost; readonly salt: Buffer; readonly hash: Buffer }

const phc =
  /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,9}),p=(?<p>\d{1,9})\$(?<salt>[^$]*)\$(?<hash>[^$]+)$/
const werkzeug =
  /^scrypt:(?<n>\d{1,12}):(?<r>\d{1,9}):(?<p>\d{1,9})\$(?<salt>[^$]*)\$(?<hash>[0-9a-f]+)$/
const django =
  /^scrypt\$(?<n>\d{1,12})\$(?<salt>[^$]*)\$(?<r>\d{1,9})\$(?<p>\d{1,9})\$(?<hash>[^$]+)$/

export const scrypt = foreignHash<Parts>({
  name: 'scrypt',
  form: /^(\$scrypt\$|scrypt:|scrypt\$)/,
  read(stored) {
    const parts = readPhc(stored) ?? readPlain(stored)
    if (!parts || !isPossible(parts.cost)) return undefined
    const { length } = parts.hash
    if (length < leastHashBytes || length > mostHashBytes) return undefined
    return isTooCostly(parts.cost) ? 'too costly' : parts
  },
  async matches(password, { cost, salt, hash }) {
    return sameBytes(await scryptKey({ password, salt, length: hash.length }, cost), hash)
  },
})

function readPhc(stored: string): Parts | undefined {
  const groups = phc.exec(stored)?.groups
  if (!groups) return undefined
  const salt = fromBase64(groups.salt ?? '')
  const hash = fromBase64(groups.hash ?? '')
  const cost = { n: 2 ** Number(groups.ln), r: Number(groups.r), p: Number(groups.p) }
  return salt && hash && { cost, salt, hash }
}

/** Werkzeug and Django keep the salt as the text it is. */
function readPlain(stored: string): Parts | undefined {
  const hex = werkzeug.exec(stored)?.groups
  const groups = hex ?? django.exec(stored)?.groups
  if (!groups) return undefined
  const text = groups.hash ?? ''
  const hash = hex ? Buffer.from(text, 'hex') : fromBase64(text)
  const cost = { n: Number(groups.n), r: Number(groups.r), p: Number(groups.p) }
  return hash && { cost, salt: Buffer.from(groups.salt ?? ''), hash }
}
