import { isStorable } from '../base/index.ts'
import type { User } from '../identity/index.ts'

/** Which claims each scope asks for (OIDC Core 5.4). */
export const scopeClaims: Readonly<Record<string, readonly string[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** One member of the `claims` parameter (OIDC Core 5.5.1). */
export type ClaimRequest = null | {
  readonly essential?: boolean
  readonly value?: unknown
  readonly values?: readonly unknown[]
}
export type ClaimsRequest = {
  readonly userinfo?: Readonly<Record<string, ClaimRequest>>
  readonly id_token?: Readonly<Record<string, ClaimRequest>>
}

/** Reads the `claims` parameter; undefined when it is not of the form of OIDC Core 5.5. */
export function parseClaims(text: string): ClaimsRequest | undefined {
  const value = parseJson(text)
  if (!isRecord(value) || !isStorable(value)) return undefined
  const members = [value.userinfo, value.id_token].filter((member) => member !== undefined)
  const sound = members.every(
    (member) => isRecord(member) && Object.values(member).every(isClaimRequest),
  )
  if (!sound) return undefined
  return {
    ...(isRecord(value.userinfo) && { userinfo: value.userinfo as Record<string, ClaimRequest> }),
    ...(isRecord(value.id_token) && { id_token: value.id_token as Record<string, ClaimRequest> }),
  }
}

function isClaimRequest(ask: unknown): ask is ClaimRequest {
  if (ask === null) return true
  if (!isRecord(ask)) return false
  const { essential, values } = ask
  const essentialFine = essential === undefined || typeof essential === 'boolean'
  return essentialFine && (values === undefined || Array.isArray(values))
}

const members = ['userinfo', 'id_token'] as const

/** The scopes that cover claims which are asked for one by one; what no scope covers says nothing of a person. */
export function scopesOfClaims(asked: ClaimsRequest | undefined): readonly string[] {
  const names = new Set(members.flatMap((member) => Object.keys(asked?.[member] ?? {})))
  return Object.keys(scopeClaims).filter((scope) =>
    scopeClaims[scope]?.some((claim) => names.has(claim)),
  )
}

/** Without what a client may not have by a scope either: it would be a way around (OIDC Core 5.5.1 lets it be left out). */
export function permittedClaims(asked: ClaimsRequest, scopes: readonly string[]): ClaimsRequest {
  const refused = Object.keys(scopeClaims).flatMap((scope) =>
    scopes.includes(scope) ? [] : (scopeClaims[scope] ?? []),
  )
  const parts = members.flatMap((member) => {
    const all = asked[member]
    if (all === undefined) return []
    const kept = Object.entries(all).filter(([name]) => !refused.includes(name))
    return [[member, Object.fromEntries(kept)] as const]
  })
  return Object.fromEntries(parts)
}

/** The texts that a claim may have, in order of preference; undefined when any will do (OIDC Core 5.5.1). */
export function claimValues(ask: NonNullable<ClaimRequest>): string[] | undefined {
  const { value, values } = ask
  const asked = value !== undefined ? [value] : values
  return asked?.filter((one) => typeof one === 'string')
}

/** All standard claims we know of a user; members without a value are left out (OIDC Core 5.3.2). */
export function userClaims(user: User): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = {
    ...user.profile,
    preferred_username: user.username,
    email: user.email ?? undefined,
    email_verified: user.email === null ? undefined : user.emailVerified,
    updated_at: Math.floor(user.updatedAt.getTime() / 1000),
  }
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value != null && value !== ''),
  )
}

/** The claims that scopes and a `claims` member together ask for. */
export function selectClaims(
  user: User,
  scopes: readonly string[],
  asked: Readonly<Record<string, ClaimRequest>> | undefined,
): Readonly<Record<string, unknown>> {
  const names = new Set([
    ...scopes.flatMap((scope) => scopeClaims[scope] ?? []),
    ...Object.keys(asked ?? {}),
  ])
  return Object.fromEntries(Object.entries(userClaims(user)).filter(([name]) => names.has(name)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
