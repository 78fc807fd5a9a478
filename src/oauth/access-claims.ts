import type { AccessBook, SubjectKey } from '../access/index.ts'
import { ownPrefix, rightsOf } from '../access/index.ts'
import type { Clock } from '../base/index.ts'
import type { Client } from '../clients/index.ts'

/** Where a claim may appear. */
export type ClaimPlace = 'access_token' | 'id_token' | 'userinfo'

/**
 * The claims on what a subject may do that scopes and the settings of the client ask for: `roles` and
 * `groups` (RFC 9068 section 2.2.3.1) and `permissions`. Those over Cardea itself are never told.
 */
export type AccessClaims = (
  subject: SubjectKey,
  client: Client,
  scopes: readonly string[],
  place: ClaimPlace,
) => Promise<Readonly<Record<string, unknown>>>

/** The scopes that ask for them. */
export const accessScopes = ['roles', 'groups', 'permissions'] as const

const usualPlaces: readonly ClaimPlace[] = ['access_token', 'userinfo']

/** A longer list is left out of the token, which must fit into a header; `*_overage` says so. */
const mostEntries = 200
/** Characters of a list as JSON. */
const longestList = 4096

export function createAccessClaims(needs: {
  readonly access: AccessBook
  readonly clock: Clock
}): AccessClaims {
  return async (key, client, scopes, place) => {
    const {
      in: places = usualPlaces,
      always = false,
      resources,
    } = client.metadata.access_claims ?? {}
    const asked = accessScopes.filter((scope) => always || scopes.includes(scope))
    if (asked.length === 0 || !places.includes(place)) return {}
    const [model, subject] = await Promise.all([needs.access.model(), needs.access.subject(key)])
    if (subject === undefined) return {}
    const rights = rightsOf(model, subject, needs.clock.now().getTime())
    const told = {
      ...rights,
      permissions: rights.permissions.filter((permission) => isTold(permission, resources)),
    }
    return Object.assign({}, ...asked.map((name) => bounded(name, told[name])))
  }
}

const claimNames = accessScopes.flatMap((name) => [name, overageOf(name)])

/** What a token says of what its subject may do. */
export function toldClaims(payload: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    claimNames.filter((name) => name in payload).map((name) => [name, payload[name]]),
  )
}

/** The same without what nobody asked for. */
export function claimsOfScopes(
  claims: Readonly<Record<string, unknown>>,
  scopes: readonly string[],
): Record<string, unknown> {
  const silent = accessScopes.filter((scope) => !scopes.includes(scope))
  const left = new Set<string>(silent.flatMap((name) => [name, overageOf(name)]))
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !left.has(name)))
}

function isTold(permission: string, resources: readonly string[] | undefined): boolean {
  const type = permission.slice(0, permission.indexOf(':'))
  if (type.startsWith(ownPrefix)) return false
  return type === '*' || resources === undefined || resources.includes(type)
}

function overageOf(name: string): string {
  return `${name}_overage`
}

function bounded(name: string, list: readonly string[]): Record<string, unknown> {
  const fits = list.length <= mostEntries && JSON.stringify(list).length <= longestList
  return fits ? { [name]: list } : { [overageOf(name)]: true }
}
