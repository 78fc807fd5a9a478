import type { Random } from '../base/index.ts'
import { randomToken, sameBytes, sha256 } from '../base/index.ts'
import type { Client } from './client.ts'

/** A client secret of 256 bits; because it is that random, a plain digest protects it at rest. */
export function newClientSecret(random: Random): { secret: string; digest: Buffer } {
  const secret = `cs_${randomToken(random)}`
  return { secret, digest: sha256(secret) }
}

export function secretMatches(client: Client, presented: string): boolean {
  return client.secretDigest !== null && sameBytes(client.secretDigest, sha256(presented))
}
