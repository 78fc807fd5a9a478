import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Policy } from './policy.ts'

export type StoredPolicy = {
  readonly document: Policy
  readonly version: number
  readonly updatedAt: Date
  readonly updatedBy: string
}

export function selectPolicy(queries: Queries): Promise<StoredPolicy | undefined> {
  return queries.maybe<StoredPolicy>(
    sql`SELECT document, version, updated_at, updated_by FROM mfa_policy`,
  )
}

type Change = {
  readonly document: Policy
  /** The version that the change is based on; 0 is the policy that was never changed. */
  readonly basedOn: number
  readonly at: Date
  readonly by: string
}

/** Zero rows: somebody else was faster. */
export async function replacePolicy(tx: Tx, change: Change): Promise<number> {
  const { document, basedOn, at, by } = change
  const text = JSON.stringify(document)
  if (basedOn === 0) {
    return tx.run(sql`
      INSERT INTO mfa_policy (document, version, updated_at, updated_by) VALUES (${text}, 1, ${at}, ${by})
      ON CONFLICT DO NOTHING`)
  }
  return tx.run(sql`
    UPDATE mfa_policy SET document = ${text}, version = version + 1, updated_at = ${at}, updated_by = ${by}
    WHERE version = ${basedOn}`)
}
