import { decodeJwt } from 'jose'
import type { ClientId } from '../../base/index.ts'
import type { AccessToken } from '../access-token.ts'
import type { ActiveNeeds } from '../active-token.ts'
import { readActiveToken } from '../active-token.ts'
import type { ResourceBook } from '../resources/book.ts'
import type { Grant, Reading } from './presented-token.ts'

export type AccessTokenNeeds = ActiveNeeds & {
  readonly resourceBook: Pick<ResourceBook, 'find'>
}

/** An access token of ours, JWT or opaque, that counts now, for whatever it is (RFC 8693 section 2.1). */
export async function readAccessToken(needs: AccessTokenNeeds, text: string): Promise<Reading> {
  const found = await readActiveToken(needs, text)
  if (!found.ok) return found
  if (!(await isForSomebody(needs, found.token))) return { ok: false, why: 'for nobody any more' }
  const { token, client, person } = found
  const subject =
    person === undefined
      ? ({ type: 'client', id: token.subject as ClientId } as const)
      : ({ type: 'user', id: person.id } as const)
  return {
    ok: true,
    token: {
      subject,
      issuedTo: client.clientId,
      audience: token.audience,
      usualTargets: token.audience,
      scopes: token.scopes,
      details: token.details,
      binding: token.binding,
      actor: token.actor,
      mayAct: mayActOf(text),
      expiresAt: token.expiresAt,
      grant: grantOf(token),
    },
  }
}

/** When the last of its resources is registered no more, a token is worth nothing. */
async function isForSomebody(
  { issuer, clients, resourceBook }: AccessTokenNeeds,
  { audience }: AccessToken,
): Promise<boolean> {
  if (audience.includes(issuer)) return true
  const found = await Promise.all(
    audience.map(async (one) => (await resourceBook.find(one)) ?? clients.find(one)),
  )
  return found.some((one) => one !== undefined)
}

function grantOf({ grantId, authTime, acr, amr }: AccessToken): Grant | undefined {
  if (grantId === undefined || authTime === undefined || acr === undefined) return undefined
  return { id: grantId, authTime: new Date(authTime * 1000), acr, amr: amr ?? [] }
}

/** Called for a JWT that has been verified, or an opaque token, which says nothing. */
function mayActOf(text: string): unknown {
  try {
    return decodeJwt(text).may_act
  } catch {
    return undefined
  }
}
