import type { UserId } from '../base/index.ts'
import { hmacSha256 } from '../base/index.ts'
import type { Client } from '../clients/index.ts'

/** How a client knows a person: the `sub` of every answer about them (OIDC Core section 8). */
export type Subjects = {
  readonly of: (client: Client, userId: UserId) => string
}

/** Everybody is told the same. */
export const publicSubjects: Subjects = { of: (_client, userId) => userId }

/**
 * Clients that are registered for it are told an identifier that is the same within their sector and says nothing
 * elsewhere (section 8.1). It hangs on the secret, which therefore may never change.
 */
export function createSubjects(secret: Buffer): Subjects {
  return {
    of(client, userId) {
      if (client.metadata.subject_type !== 'pairwise') return userId
      // No host has a line break in it, so no two pairs are hashed alike.
      return hmacSha256(secret, `${sectorOf(client)}\n${userId}`).toString('base64url')
    },
  }
}

/**
 * Section 8.1: the host of the `sector_identifier_uri`, or the only host of the redirect URIs. A client that has neither
 * is a sector by itself.
 */
export function sectorOf({ clientId, metadata }: Pick<Client, 'clientId' | 'metadata'>): string {
  const { sector_identifier_uri: sector, redirect_uris: redirects } = metadata
  const hosts = new Set((sector === undefined ? redirects : [sector]).map(hostOf))
  const [host] = hosts
  return hosts.size === 1 && host !== undefined && host !== '' ? host : `client ${clientId}`
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).hostname : ''
}

/** OIDC Discovery section 3. */
export function subjectMetadata(): { readonly subject_types_supported: readonly string[] } {
  return { subject_types_supported: ['pairwise'] }
}
