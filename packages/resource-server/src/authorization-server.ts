import type { JWTVerifyGetKey } from 'jose'
import { createRemoteJWKSet } from 'jose'

/** What is needed of the metadata of an authorization server (RFC 8414 section 2). */
export type AuthorizationServer = {
  readonly keys: JWTVerifyGetKey
  readonly introspectionEndpoint: string | undefined
}

type Fetch = typeof globalThis.fetch

/** Reads the metadata at the first request; a failed read is tried again at the next one. */
export function authorizationServer(
  issuer: string,
  fetch: Fetch,
): () => Promise<AuthorizationServer> {
  let reading: Promise<AuthorizationServer> | undefined
  return () => {
    reading ??= readMetadata(issuer, fetch).catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return reading
  }
}

async function readMetadata(issuer: string, fetch: Fetch): Promise<AuthorizationServer> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname
  const answer = await fetch(`${origin}/.well-known/oauth-authorization-server${path}`, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  })
  if (!answer.ok) throw new Error(`The authorization server answered ${answer.status}.`)
  const metadata = (await answer.json()) as Record<string, unknown>
  // RFC 8414 section 3.3: somebody else's metadata must not be used.
  if (metadata.issuer !== issuer) throw new Error('The metadata is of another issuer.')
  if (typeof metadata.jwks_uri !== 'string') throw new Error('The metadata names no keys.')
  const endpoint = metadata.introspection_endpoint
  return {
    keys: createRemoteJWKSet(new URL(metadata.jwks_uri)),
    introspectionEndpoint: typeof endpoint === 'string' ? endpoint : undefined,
  }
}
