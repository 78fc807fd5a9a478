import type { Random } from '../../base/index.ts'
import { randomToken, sha256 } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'

type Told = {
  readonly clientId: Client['clientId']
  /** Where the answer goes: its origin is the one that may ask the frame. */
  readonly redirectUri: string
  /** What the browser's cookie says of its session. */
  readonly browserState: string
}

/**
 * OpenID Connect Session Management 1.0 section 3: what a client compares from time to time, by way of our frame, to
 * learn that somebody signed in or out. Undefined for an address without an origin, from which nobody can ask.
 */
export function sessionState(
  { random }: { readonly random: Random },
  { clientId, redirectUri, browserState }: Told,
): string | undefined {
  const origin = URL.canParse(redirectUri) ? new URL(redirectUri).origin : 'null'
  if (origin === 'null') return undefined
  const salt = randomToken(random, 16)
  const hash = sha256(`${clientId} ${origin} ${browserState} ${salt}`).toString('base64url')
  return `${hash}.${salt}`
}
