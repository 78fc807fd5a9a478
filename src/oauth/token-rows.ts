import type { Queries } from '../db/index.ts'
import { askTogether } from '../db/index.ts'
import type { OpaqueToken } from './opaque/store.ts'
import { findOpaqueTokens } from './opaque/store.ts'
import type { GrantedToken, TokenSubject } from './store.ts'
import { readTokenSubjects, selectRevoked } from './store.ts'

/**
 * What the database has of access tokens at this moment. Resource servers ask about many tokens at a time, so that
 * those who ask together share a statement; nobody is told what was read before they asked.
 */
export type TokenRows = {
  readonly isRevoked: (jti: string) => Promise<boolean>
  /** Of a token that belongs to a grant; undefined when the grant or the person is gone. */
  readonly subjectOf: (token: GrantedToken) => Promise<TokenSubject | undefined>
  readonly opaque: (digest: Buffer) => Promise<OpaqueToken | undefined>
}

export function createTokenRows({ db }: { readonly db: Queries }): TokenRows {
  const revoked = askTogether(String, async (jtis: readonly string[]) => {
    const rows = await selectRevoked(db, jtis)
    return new Map(rows.map(({ jti }) => [jti, true]))
  })
  const subjectOf = askTogether(keyOfToken, async (tokens: readonly GrantedToken[]) => {
    const rows = await readTokenSubjects(db, tokens)
    return new Map(rows.map((row) => [row.jti, row]))
  })
  const opaque = askTogether(hexOf, async (digests: readonly Buffer[]) => {
    const rows = await findOpaqueTokens(db, digests)
    return new Map(rows.map((row) => [hexOf(row.digest), row]))
  })
  return { isRevoked: async (jti) => (await revoked(jti)) === true, subjectOf, opaque }
}

function keyOfToken({ jti }: GrantedToken): string {
  return jti
}

function hexOf(digest: Buffer): string {
  return digest.toString('hex')
}
