import { decodeJwt } from 'jose'
import type { Client } from '../../clients/index.ts'
import type { Reading } from './presented-token.ts'
import type { AccessTokenNeeds } from './read-access-token.ts'
import { readAccessToken } from './read-access-token.ts'
import type { IdTokenNeeds } from './read-id-token.ts'
import { readIdToken } from './read-id-token.ts'
import type { IssuedNeeds } from './read-issued.ts'
import { readIssued } from './read-issued.ts'
import type { TokenType } from './token-types.ts'

export type ReadingNeeds = AccessTokenNeeds & IdTokenNeeds & IssuedNeeds

/** A token of one of the types that we take, judged as introspection would judge it now. */
export function readToken(
  needs: ReadingNeeds,
  client: Client,
  { text, type }: { readonly text: string; readonly type: TokenType },
): Promise<Reading> {
  switch (type) {
    case 'access_token':
      return readAccessToken(needs, text)
    case 'id_token':
      return readIdToken(needs, text)
    case 'jwt':
      // RFC 8693 section 3: an access token that is a JWT may be called so as well.
      return isOurs(text, needs.issuer)
        ? readAccessToken(needs, text)
        : readIssued(needs, client, text)
  }
}

/** As it says itself; whoever reads it verifies that. */
function isOurs(text: string, issuer: string): boolean {
  try {
    return decodeJwt(text).iss === issuer
  } catch {
    return false
  }
}
