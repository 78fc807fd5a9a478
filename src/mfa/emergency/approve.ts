import type { Origin } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import { addSeconds, isUuid } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { MfaCore, Person } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { emergencyDigest, newEmergencyCode } from './code.ts'
import type { Grant, GrantRow } from './grant.ts'
import { grantAt } from './grant.ts'
import { recordStep } from './record.ts'
import { approveGrant, selectGrant } from './store.ts'

/** Seconds for which an approved code counts. */
const codeLifetime = 3600

type Approval = {
  readonly id: string
  /** `user:<id>`, `client:<client_id>` or `system`. */
  readonly actor: string
  readonly origin: Origin
}

export type Approved = {
  readonly grant: Grant
  /** Shown now and never again. */
  readonly code: string
}

/**
 * Agrees to what another administrator asked for, and makes the code. Fails with 403 for who asked and
 * for whose account it is, and with 409 when somebody else was faster.
 */
export async function approveEmergency(
  core: MfaCore,
  { id, actor, origin }: Approval,
): Promise<Approved> {
  const found = isUuid(id) ? await selectGrant(core.db, id) : undefined
  const person = found && (await core.personOf(found.userId))
  if (found === undefined || person === undefined) throw mfaFailures.unknown_grant()
  if (actor === found.requestedBy || actor === `user:${person.id}`) throw mfaFailures.same_person()
  const made = newCode(core, person.id)
  const approval = { id, person, actor, origin, digest: made.digest }
  const row = await core.db.transaction((tx) => approveIn(core, tx, approval))
  if (row === undefined) throw await whyClosed(core, id)
  core.count.emergency('approved')
  return { grant: grantAt(row, core.clock.now()), code: made.code }
}

/** A code and what is kept of it. */
export function newCode(
  core: Pick<MfaCore, 'random' | 'codeKey'>,
  userId: UserId,
): { code: string; digest: Buffer } {
  const code = newEmergencyCode(core.random)
  return { code, digest: emergencyDigest(core.codeKey, userId, code) }
}

/** Approves in the transaction of the caller; undefined when the grant does not wait for it. */
export async function approveIn(
  core: MfaCore,
  tx: Tx,
  approval: Approval & { readonly person: Person; readonly digest: Buffer },
): Promise<GrantRow | undefined> {
  const { id, person, actor, origin, digest } = approval
  const approvedAt = core.clock.now()
  const expiresAt = addSeconds(approvedAt, codeLifetime)
  const grant = await approveGrant(tx, { id, approvedBy: actor, approvedAt, digest, expiresAt })
  if (grant === undefined) return undefined
  await recordStep(core, tx, { step: 'approved', grant, person, actor, origin })
  return grant
}

async function whyClosed(core: MfaCore, id: string): Promise<Error> {
  const row = await selectGrant(core.db, id)
  const isApproved = row !== undefined && grantAt(row, core.clock.now()).state === 'approved'
  return isApproved ? mfaFailures.grant_exists() : mfaFailures.unknown_grant()
}
