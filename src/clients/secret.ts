import type { Random } from '../base/index.ts'
import { randomToken, sameBytes, sha256 } from '../base/index.ts'
import type { Client } from './client.ts'

/** A client secret of 256 bits; because it is that random, a plain digest protects it at rest. */
export function newClientSecret(random: Random): { secret: string; digest: Buffer } {
  const secret = `cs_${randomToken(random)}`
  return { secret, digest: sha256(secret) }
}

type Secrets = Pick<Client, 'secretDigest' | 'previousSecretDigest' | 'previousSecretExpiresAt'>

/**
 * The digest of what was presented, when it is a secret that works now: the newest, or the one before until
 * its end. Both are always compared, so that the time it takes tells nothing of either.
 */
export function matchingSecret(client: Secrets, presented: string, now: Date): Buffer | undefined {
  const digest = sha256(presented)
  const { secretDigest, previousSecretDigest, previousSecretExpiresAt: end } = client
  const isNewest = sameBytes(secretDigest ?? nothing, digest)
  const isPrevious = sameBytes(previousSecretDigest ?? nothing, digest)
  return isNewest || (isPrevious && end !== null && now < end) ? digest : undefined
}

const nothing = Buffer.alloc(0)
