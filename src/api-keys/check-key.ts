import type { Permission } from '../access/index.ts'
import { parsePermission } from '../access/index.ts'
import type { InvalidMember } from '../base/index.ts'
import { addSeconds, codePoints, hasControls, isStorable } from '../base/index.ts'
import { apiKeyFailures } from './failures.ts'
import type { ApiKeyRules } from './needs.ts'

export type NewApiKey = {
  readonly name: string
  /** Permissions, `resource:action` with `*` for any. */
  readonly scopes: readonly string[]
  /** The default lifetime when absent. */
  readonly expiresAt?: Date | undefined
}

/** A key as it will be stored. */
export type CheckedKey = {
  readonly name: string
  readonly scopes: readonly string[]
  readonly permissions: readonly Permission[]
  readonly expiresAt: Date
}

export const mostScopes = 50
export const longestName = 64
const badEnd = 'The end of an API key must be ahead and within the longest life.'
const badScope = 'A permission looks like document:read or document:*.'

/** Every member, and all that is wrong at once. Pure. */
export function checkKey(input: NewApiKey, rules: ApiKeyRules, now: Date): CheckedKey {
  const name = input.name.normalize('NFC').trim()
  const scopes = [...new Set(input.scopes)].sort()
  const permissions = scopes.flatMap((scope) => parsePermission(scope) ?? [])
  const expiresAt = input.expiresAt ?? addSeconds(now, rules.defaultLifetime)
  const members = [
    ...nameProblems(name),
    ...scopeProblems(scopes, permissions),
    ...(expiresAt > now && expiresAt <= addSeconds(now, rules.maxLifetime)
      ? []
      : [{ pointer: '/expires_at', words: badEnd }]),
  ]
  if (members.length > 0) throw apiKeyFailures.invalid({ members })
  return { name, scopes, permissions, expiresAt }
}

function nameProblems(name: string): InvalidMember[] {
  const length = codePoints(name)
  if (length < 1 || length > longestName) {
    return [{ pointer: '/name', words: 'The name must have 1 to 64 characters.' }]
  }
  const sound = isStorable(name) && !hasControls(name)
  return sound ? [] : [{ pointer: '/name', words: 'This has characters that cannot be stored.' }]
}

function scopeProblems(
  scopes: readonly string[],
  permissions: readonly Permission[],
): InvalidMember[] {
  if (scopes.length < 1 || scopes.length > mostScopes) {
    return [{ pointer: '/scopes', words: 'An API key needs 1 to 50 permissions.' }]
  }
  // What holds for own things only is a matter of roles; a key cannot know whose thing it is.
  const sound = permissions.length === scopes.length && permissions.every(({ onlyOwn }) => !onlyOwn)
  return sound ? [] : [{ pointer: '/scopes', words: badScope }]
}
