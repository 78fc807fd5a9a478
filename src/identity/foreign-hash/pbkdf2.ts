import { pbkdf2 as nodePbkdf2 } from 'node:crypto'
import { sameBytes } from '../../base/index.ts'
import { foreignHash, fromBase64, leastHashBytes, mostHashBytes } from './foreign-hash.ts'

export type Pbkdf2 = {
  readonly digest: 'sha1' | 'sha256' | 'sha512'
  readonly iterations: number
  readonly salt: Buffer
  readonly hash: Buffer
}

const mostIterations = 10_000_000

/** The limits that every form of PBKDF2 (RFC 8018 section 5.2) is held to. */
export function withinLimits(parts: Pbkdf2): Pbkdf2 | 'too costly' | undefined {
  const { iterations, hash } = parts
  const possible = iterations > 0 && hash.length >= leastHashBytes && hash.length <= mostHashBytes
  if (!possible) return undefined
  return iterations > mostIterations ? 'too costly' : parts
}

export async function matchesPbkdf2(password: string, parts: Pbkdf2): Promise<boolean> {
  const { digest, iterations, salt, hash } = parts
  const key = await new Promise<Buffer>((resolve, reject) => {
    nodePbkdf2(password, salt, iterations, hash.length, digest, (error, derived) =>
      error ? reject(error) : resolve(derived),
    )
  })
  return sameBytes(key, hash)
}

const digests: Readonly<Record<string, Pbkdf2['digest']>> = {
  '': 'sha1',
  sha1: 'sha1',
  sha256: 'sha256',
  sha512: 'sha512',
}

// `$pbkdf2-sha256$i=27500$salt$hash`, and the same without `i=` as passlib writes it.
const phc =
  /^\$pbkdf2(?:-(?<digest>sha1|sha256|sha512))?\$(?:i=)?(?<iterations>\d{1,12})(?:,l=\d+)?\$(?<salt>[^$]*)\$(?<hash>[^$]+)$/
const django =
  /^pbkdf2_(?<digest>sha1|sha256)\$(?<iterations>\d{1,12})\$(?<salt>[^$]*)\$(?<hash>[^$]+)$/
const werkzeug =
  /^pbkdf2:(?<digest>sha1|sha256|sha512):(?<iterations>\d{1,12})\$(?<salt>[^$]*)\$(?<hash>[0-9a-f]+)$/

export const pbkdf2 = foreignHash<Pbkdf2>({
  name: 'PBKDF2',
  form: /^(\$pbkdf2[-$]|pbkdf2_sha|pbkdf2:)/,
  read(stored) {
    const parts = readPhc(stored) ?? readDjango(stored) ?? readWerkzeug(stored)
    return parts && withinLimits(parts)
  },
  matches: matchesPbkdf2,
})

function readPhc(stored: string): Pbkdf2 | undefined {
  const groups = phc.exec(stored)?.groups
  return groups && made(groups, fromBase64(groups.salt ?? ''), fromBase64(groups.hash ?? ''))
}

/** Django and Werkzeug keep the salt as the text it is. */
function readDjango(stored: string): Pbkdf2 | undefined {
  const groups = django.exec(stored)?.groups
  return groups && made(groups, Buffer.from(groups.salt ?? ''), fromBase64(groups.hash ?? ''))
}

function readWerkzeug(stored: string): Pbkdf2 | undefined {
  const groups = werkzeug.exec(stored)?.groups
  const hash = Buffer.from(groups?.hash ?? '', 'hex')
  return groups && made(groups, Buffer.from(groups.salt ?? ''), hash)
}

function made(
  groups: Readonly<Record<string, string | undefined>>,
  salt: Buffer | undefined,
  hash: Buffer | undefined,
): Pbkdf2 | undefined {
  const digest = digests[groups.digest ?? '']
  return digest && salt && hash && { digest, iterations: Number(groups.iterations), salt, hash }
}
