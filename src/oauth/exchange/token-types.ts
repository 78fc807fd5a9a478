import { exchangeFailures } from './failures.ts'

/** RFC 8693 section 3. */
const prefix = 'urn:ietf:params:oauth:token-type:'

export const tokenTypes = {
  access_token: `${prefix}access_token`,
  id_token: `${prefix}id_token`,
  jwt: `${prefix}jwt`,
} as const

export type TokenType = keyof typeof tokenTypes

/** A type by its identifier; fails for one that is not among those that may stand here. */
export function tokenTypeOf(
  identifier: string,
  parameter: string,
  among: readonly TokenType[],
): TokenType {
  const found = among.find((name) => tokenTypes[name] === identifier)
  if (found === undefined) throw exchangeFailures.unsupported_token_type({ parameter })
  return found
}
