import type { Origin } from '../../audit/index.ts'
import { addSeconds, codePoints, failures, isStorable, newId } from '../../base/index.ts'
import { lockAccount } from '../account/store.ts'
import type { MfaCore, Person } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import type { Approved } from './approve.ts'
import { approveIn, newCode } from './approve.ts'
import type { Grant, GrantRow } from './grant.ts'
import { grantAt } from './grant.ts'
import { auditStep, recordStep } from './record.ts'
import { cancelGrantsOf, hasOpenGrant, insertGrant } from './store.ts'

/** Seconds in which a request may be approved. */
const requestLifetime = 86_400
const reasonLength = { least: 10, most: 1000 }

const requestFailures = failures({
  invalid_reason: ['invalid_request', 400, 'The reason must have 10 to 1000 characters.'],
})

type Request = {
  readonly person: Person
  /** Why, for the audit log and the person. */
  readonly reason: string
  /** `user:<id>` or `client:<client_id>`. */
  readonly actor: string
  readonly origin: Origin
}

/** Asks for emergency access for a person. Fails with 409 while they have another one that is open. */
export async function requestEmergency(core: MfaCore, request: Request): Promise<Grant> {
  const { person, actor, origin } = request
  const now = core.clock.now()
  const row = newGrant(core, request)
  await core.db.transaction(async (tx) => {
    await lockAccount(tx, person.id, now)
    if (await hasOpenGrant(tx, person.id, now)) throw mfaFailures.grant_exists()
    await insertGrant(tx, row)
    await recordStep(core, tx, { step: 'requested', grant: row, person, actor, origin })
  })
  core.count.emergency('requested')
  return grantAt(row, now)
}

type Issue = Pick<Request, 'person' | 'reason'> & { readonly origin?: Origin }

/**
 * Request and approval in one, for who has the server itself in hand: there may be no second
 * administrator who can still sign in. It takes the place of whatever is open.
 */
export async function issueEmergency(
  core: MfaCore,
  { person, reason, origin = {} }: Issue,
): Promise<Approved> {
  const by = { person, actor: 'system', origin }
  const now = core.clock.now()
  const row = newGrant(core, { reason, ...by })
  const { code, digest } = newCode(core, person.id)
  const { grant, replaced } = await core.db.transaction(async (tx) => {
    await lockAccount(tx, person.id, now)
    const open = await cancelGrantsOf(tx, person.id)
    for (const old of open) await auditStep(core, tx, { step: 'cancelled', grant: old, ...by })
    await insertGrant(tx, row)
    await auditStep(core, tx, { step: 'requested', grant: row, ...by })
    const approved = await approveIn(core, tx, { id: row.id, digest, ...by })
    if (approved === undefined) throw new Error('a grant of this transaction is not open')
    return { grant: grantAt(approved, now), replaced: open }
  })
  for (const _ of replaced) core.count.emergency('cancelled')
  core.count.emergency('requested')
  core.count.emergency('approved')
  return { grant, code }
}

/** Fails with 400 for a reason that says nothing. */
function newGrant(core: MfaCore, { person, reason: typed, actor }: Omit<Request, 'origin'>) {
  const reason = typed.trim()
  const length = codePoints(reason)
  if (!isStorable(reason) || length < reasonLength.least || length > reasonLength.most) {
    const members = [{ pointer: '/reason', words: 'must have 10 to 1000 characters' }]
    throw requestFailures.invalid_reason({ members })
  }
  const now = core.clock.now()
  return {
    id: newId(core.clock, core.random),
    userId: person.id,
    reason,
    requestedBy: actor,
    requestedAt: now,
    approvedBy: null,
    approvedAt: null,
    cancelledAt: null,
    usedAt: null,
    expiresAt: addSeconds(now, requestLifetime),
  } satisfies GrantRow
}
