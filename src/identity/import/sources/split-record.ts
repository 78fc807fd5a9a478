import type { InvalidMember } from '../../../base/index.ts'
import { accountNames, claimNames } from '../members.ts'
import { isRecord } from '../reading/json-lines.ts'
import type { RawRecord } from './source.ts'
import { present } from './source.ts'

type Split = {
  readonly account: RawRecord
  readonly claims: RawRecord
  /** Where the line has its claims, for pointers. */
  readonly claimsAt: '' | '/profile'
  readonly unknown: readonly InvalidMember[]
}

/** Parts the account from the claims, which may stand beside it or under `profile`. */
export function splitRecord(record: RawRecord): Split {
  const account: Record<string, unknown> = {}
  const flat: Record<string, unknown> = {}
  const unknown: InvalidMember[] = []
  // `profile` is a claim as well: the address of a person's page. As an object it holds all claims.
  const { profile, ...beside } = record
  const nested = isRecord(profile) ? present(profile) : undefined
  for (const [name, value] of Object.entries(nested ? beside : record)) {
    if (accountNames.includes(name)) account[name] = value
    else if (claimNames.includes(name)) flat[name] = value
    else unknown.push(unknownMember(`/${name}`))
  }
  for (const name of Object.keys(nested ?? {})) {
    if (!claimNames.includes(name)) unknown.push(unknownMember(`/profile/${name}`))
  }
  const known = Object.entries(nested ?? {}).filter(([name]) => claimNames.includes(name))
  const claims = { ...flat, ...Object.fromEntries(known) }
  return { account, claims: tidy(claims), claimsAt: nested ? '/profile' : '', unknown }
}

function unknownMember(pointer: string): InvalidMember {
  return { pointer, words: 'This member is not known.' }
}

/** Exports fill what is empty with null, also inside of an address. */
function tidy(claims: RawRecord): RawRecord {
  const { address } = claims
  return isRecord(address) ? { ...claims, address: present(address) } : claims
}
