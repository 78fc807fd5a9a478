import type { Random } from '../base/index.ts'
import { randomToken, sameBytes, sha256 } from '../base/index.ts'
import type { Sealer } from '../keys/index.ts'
import { SealError } from '../keys/index.ts'
import type { AuthMethod, Client } from './client.ts'

/**
 * A client secret of 256 bits or more; because it is that random, a plain digest protects it at rest. What
 * signs by HS512 must be as long as what that makes (RFC 7518 section 3.2).
 */
export function newClientSecret(
  random: Random,
  method: AuthMethod = 'client_secret_basic',
): { secret: string; digest: Buffer } {
  const secret = `cs_${randomToken(random, method === 'client_secret_jwt' ? 64 : 32)}`
  return { secret, digest: sha256(secret) }
}

/** Whether the secret is a key of ours too, and so must be readable (OIDC Core section 9). */
export function isSecretSealed({
  token_endpoint_auth_method: method,
}: Pick<Client['metadata'], 'token_endpoint_auth_method'>): boolean {
  return method === 'client_secret_jwt'
}

const contextOf = (clientId: string) => `client-secret:${clientId}`

/** Secrets that must be readable, the newest first; bound to the client, so that they open nowhere else. */
export function sealSecrets(
  sealer: Sealer,
  clientId: Client['clientId'],
  secrets: readonly string[],
): string {
  return sealer.seal(secrets.join(' '), contextOf(clientId))
}

/** The secrets themselves of a client for which they are kept, of any age. */
export function openSecrets(
  sealer: Sealer,
  { clientId, sealedSecret }: Pick<Client, 'clientId' | 'sealedSecret'>,
): string[] {
  if (sealedSecret === null) return []
  try {
    return sealer.open(sealedSecret, contextOf(clientId)).toString('utf8').split(' ')
  } catch (error) {
    // A master key is gone. Whoever cannot be checked is refused; a new secret makes it good.
    if (error instanceof SealError) return []
    throw error
  }
}

/** Those of them that work now. */
export function workingSecrets(sealer: Sealer, client: Client, now: Date): string[] {
  return openSecrets(sealer, client).filter(
    (secret) => matchingSecret(client, secret, now) !== undefined,
  )
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
