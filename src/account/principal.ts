import type { FamilyId, SessionId, UserId } from '../base/index.ts'
import { isUuid } from '../base/index.ts'
import type { Request } from '../http/index.ts'
import type { User } from '../identity/index.ts'
import { findUser } from '../identity/index.ts'
import type { Assurance } from '../mfa/index.ts'
import { verifyAccessToken } from '../oauth/index.ts'
import type { Session } from '../session/index.ts'
import { provedBy, readFamily, sessionFailures } from '../session/index.ts'
import { accountFailures, unauthenticated } from './failures.ts'
import type { AccountNeeds } from './needs.ts'
import { requireOwnLevel } from './own-level.ts'

/** The `client_id` and audience of first-party access tokens. */
export const firstParty = 'cardea'
export const audienceOf = (issuer: string) => `${issuer}/api/v1`

/** Who calls the API, and by which session or family. */
export type Principal = {
  readonly user: User
  readonly familyId?: FamilyId
  readonly sessionId: SessionId
  /** Of a browser. */
  readonly browserSession?: Session
  /** What the person proved, and when. */
  readonly proved: Assurance
}

type Needs = Pick<AccountNeeds, 'db' | 'clock' | 'keys' | 'visits' | 'issuer' | 'verifiedTokens'>

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The active user behind a bearer token or a browser session; fails with 401 otherwise. */
export async function principalOf(needs: Needs, request: Request): Promise<Principal> {
  const found = await findPrincipal(needs, request)
  if (found !== undefined) return found
  throw unauthenticated()
}

/** The same; undefined when there is none. */
export async function findPrincipal(
  needs: Needs,
  request: Request,
): Promise<Principal | undefined> {
  const bearer = bearerOf(request)
  const found = bearer === undefined ? await byCookie(needs, request) : await byToken(needs, bearer)
  return found?.user.isActive === true ? found : undefined
}

/** RFC 6750 section 2.1. */
export function bearerOf(request: Request): string | undefined {
  return /^bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
}

async function byToken(needs: Needs, token: string): Promise<Principal | undefined> {
  const access = await verifyAccessToken(needs, token, audienceOf(needs.issuer))
  if (access?.grantId === undefined || !isUuid(access.subject)) return undefined
  // What is bound to a key is no bearer token (RFC 9449 section 7.2); nobody asks for a proof here.
  if (access.binding !== undefined) return undefined
  const [family, user] = await Promise.all([
    readFamily(needs.db, access.grantId),
    findUser(needs.db, access.subject as UserId),
  ])
  const alive = family?.kind === 'api' && family.revokedAt === null && family.userId === user?.id
  if (!alive || user === undefined || family.sessionId === null) return undefined
  const { id: familyId, sessionId, sessionExemption: exemption } = family
  return { user, familyId, sessionId, proved: provedBy({ ...family, exemption }) }
}

async function byCookie(needs: Needs, request: Request): Promise<Principal | undefined> {
  const session = await needs.visits.session(request)
  if (session === undefined) return undefined
  if (!safeMethods.has(request.method) && !fromOurPages(needs.issuer, request)) {
    throw accountFailures.cross_site()
  }
  if (session.impersonator !== null && !mayImpersonated(request))
    throw sessionFailures.impersonated()
  const user = await findUser(needs.db, session.userId)
  return user && { user, sessionId: session.id, browserSession: session, proved: provedBy(session) }
}

/**
 * What an administrator may do in the account of somebody else: look, and edit the profile. Whatever
 * decides who gets into the account, and all that is not named here, stays with the person.
 */
function mayImpersonated({ method, routeOptions }: Request): boolean {
  return safeMethods.has(method) || (method === 'PATCH' && routeOptions.url === '/api/v1/users/me')
}

/** A request that changes something on the strength of a cookie must say that it comes from us. */
function fromOurPages(issuer: string, request: Request): boolean {
  return request.headers['sec-fetch-site'] === 'same-origin' || request.headers.origin === issuer
}

/** The same for changes that need a recent proof at the account's own level (ASVS 7.5.1). */
export async function freshPrincipalOf(
  needs: Needs & Pick<AccountNeeds, 'freshLifetime' | 'mfa'>,
  request: Request,
): Promise<Principal> {
  const principal = await principalOf(needs, request)
  await requireOwnLevel(needs, principal.user, principal.proved)
  return principal
}
