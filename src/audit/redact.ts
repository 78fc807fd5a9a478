const censored = '[redacted]'

/**
 * The names under which secrets travel, in any spelling. Anchored at the end: `token` and `client_secret` are
 * secrets, `token_lifetime`, `passwordChangedAt` and `keyId` are facts about them.
 */
const secretName =
  /(?:tokens?|token[_-]?hint|secrets?|passwords?|passphrase|password[_-]?(?:hash|digest)|assertion|verifier|cookies?|authorization|otp|dpop|credentials?|(?:private|secret|master|api|signing)[_-]?keys?|(?:device|user|backup|recovery|emergency|mfa|otp|email|sms|verification|authorization)[_-]?codes?)$|^(?:code|key)$/i

/** More levels than any details that are written on purpose have. */
const deepest = 8

/** May a member of this name hold a secret? */
export function namesSecret(name: string): boolean {
  return name.length <= 200 && secretName.test(name)
}

/** The details without what travels under the name of a secret: a guard, not a licence to pass secrets. */
export function withoutSecrets(
  details: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return members(details, false, 0)
}

function members(value: object, hides: boolean, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      clean(member, hides || namesSecret(name), depth + 1),
    ]),
  )
}

/** That there is a secret, or how many there are, is none. */
function clean(value: unknown, hides: boolean, depth: number): unknown {
  if (typeof value === 'string') return hides ? censored : value
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (depth > deepest || value instanceof Uint8Array) return censored
  if (Array.isArray(value)) return value.map((item) => clean(item, hides, depth + 1))
  return members(value, hides, depth)
}
