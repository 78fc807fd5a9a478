import { appendAudit } from '../../audit/index.ts'
import type { Clock, Random, UserId } from '../../base/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { Candidate } from './candidate.ts'
import type { RefusedLine } from './check-line.ts'
import { collide } from './collide.ts'
import type { Taken } from './store.ts'
import { advanceRun, insertUsers, selectTaken } from './store.ts'

export type RoleBook = {
  readonly exists: (role: string) => Promise<boolean>
  /** In the transaction that makes the user. */
  readonly give: (tx: Tx, userId: UserId, role: string) => Promise<void>
}

/** Somebody else imports the same file at the same time. */
export class ImportOvertaken extends Error {
  constructor() {
    super('Another import of this file is under way.')
  }
}

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly roles: RoleBook
}

type Batch = {
  readonly digest: Buffer
  readonly users: readonly Candidate[]
  /** The size of the batch with the lines that were refused before. */
  readonly size: number
  readonly from: number
  readonly to: number
}

type Result = {
  readonly imported: readonly Candidate[]
  readonly exists: number
  readonly refused: readonly RefusedLine[]
}

/** The users, the mark of how far the file has come, and one audit entry: all or nothing. */
export async function insertBatch(needs: Needs, batch: Batch): Promise<Result> {
  const { digest, size, from, to } = batch
  const { users, refused } = await withKnownRoles(needs.roles, batch.users)
  const result = await needs.db.transaction(async (tx) => {
    const at = needs.clock.now()
    // First the mark: it makes a second import of the same file wait here, and then fail.
    if (!(await advanceRun(tx, digest, { from, to, at }))) throw new ImportOvertaken()
    const inserted = users.length === 0 ? new Set() : await insertUsers(tx, users)
    const imported = users.filter(({ row }) => inserted.has(row.id))
    for (const { row, roles } of imported) {
      for (const role of roles) await needs.roles.give(tx, row.id, role)
    }
    const left = users.filter(({ row }) => !inserted.has(row.id))
    const taken = left.length === 0 ? [] : await selectTaken(tx, left)
    const resource = `import:${digest.toString('hex').slice(0, 16)}`
    const entry = { actor: 'system', action: 'user.import', resource, outcome: 'success' } as const
    const details = { lines: size, imported: imported.length }
    await appendAudit(needs, tx, { ...entry, details })
    return { imported, ...sortOut(left, taken) }
  })
  return { ...result, refused: [...refused, ...result.refused] }
}

/** What `insertBatch` would say, without a trace. */
export async function rehearseBatch(
  needs: Pick<Needs, 'db' | 'roles'>,
  candidates: readonly Candidate[],
): Promise<Result> {
  const { users, refused } = await withKnownRoles(needs.roles, candidates)
  const taken = users.length === 0 ? [] : await selectTaken(needs.db, users)
  const sorted = sortOut(users, taken)
  return { imported: sorted.free, exists: sorted.exists, refused: [...refused, ...sorted.refused] }
}

/** Roles are made by administrators, never by a file. */
async function withKnownRoles(roles: RoleBook, candidates: readonly Candidate[]) {
  const users: Candidate[] = []
  const refused: RefusedLine[] = []
  const known = new Map<string, boolean>()
  const isKnown = async (role: string) => {
    if (!known.has(role)) known.set(role, await roles.exists(role))
    return known.get(role) === true
  }
  for (const user of candidates) {
    const errors = []
    for (const [i, role] of user.roles.entries()) {
      if (!(await isKnown(role)))
        errors.push({ pointer: `/roles/${i}`, words: 'There is no such role.' })
    }
    if (errors.length === 0) users.push(user)
    else refused.push({ line: user.line, errors })
  }
  return { users, refused }
}

function sortOut(users: readonly Candidate[], taken: readonly Taken[]) {
  const free: Candidate[] = []
  const refused: RefusedLine[] = []
  let exists = 0
  const index = indexOf(taken)
  for (const user of users) {
    const collision = collide(user, index(user))
    if (collision === undefined) free.push(user)
    else if (collision.as === 'exists') exists += 1
    else refused.push(collision.refused)
  }
  return { free, exists, refused }
}

/** Those of the taken who may be in the way of one user, without looking at all of them. */
function indexOf(taken: readonly Taken[]): (user: Candidate) => Taken[] {
  const byKey = new Map<string, Taken>()
  for (const it of taken) {
    byKey.set(`id ${it.id}`, it).set(`username ${it.usernameKey}`, it)
    if (it.emailKey !== null) byKey.set(`email ${it.emailKey}`, it)
  }
  return ({ row, usernameKey, emailKey }) =>
    [`id ${row.id}`, `username ${usernameKey}`, `email ${emailKey ?? ''}`].flatMap(
      (key) => byKey.get(key) ?? [],
    )
}
