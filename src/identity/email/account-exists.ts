import type { Queries } from '../../db/index.ts'
import type { Queue } from '../../jobs/index.ts'
import { writeLetter } from '../../mail/index.ts'

type Needs = { readonly db: Queries; readonly queue: Queue; readonly issuer: string }

/** Tells the owner of an address that somebody wanted to use it, instead of telling that somebody. */
export function writeAccountExists(needs: Needs, to: string, locale: string): Promise<void> {
  const { issuer } = needs
  const values = { loginUrl: `${issuer}/login`, forgotUrl: `${issuer}/forgot-password` }
  return writeLetter(needs, needs.db, { to, locale, template: 'account-exists', values })
}
