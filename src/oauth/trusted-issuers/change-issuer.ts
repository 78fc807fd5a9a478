import { Check, Errors } from 'typebox/value'
import type { AuditEntry, Origin } from '../../audit/index.ts'
import { appendAudit, changes } from '../../audit/index.ts'
import type { Clock, Random } from '../../base/index.ts'
import { newId } from '../../base/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import { trustedIssuerFailures } from './failures.ts'
import { TrustedIssuerInput } from './schemas.ts'
import {
  deleteIssuerRow,
  insertIssuer,
  lockIssuer,
  selectIssuer,
  updateIssuerRow,
} from './store.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'
import { inputOf, problemsOf, trustOf } from './trusted-issuer.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly issuer: string
  /** Hosts that may be asked without TLS. */
  readonly outgoingHosts?: readonly string[]
}
type By = { readonly actor: string; readonly origin?: Origin }

/** The entry of this id; fails with 404. */
export async function findIssuer(needs: Pick<Needs, 'db'>, id: string): Promise<TrustedIssuer> {
  const found = await selectIssuer(needs.db, id)
  if (found === undefined) throw trustedIssuerFailures.unknown_issuer()
  return found
}

/** Believes an issuer from now on. Fails with 400, and with 409 when there is an entry for it. */
export async function trustIssuer(
  needs: Needs,
  input: TrustedIssuerInput,
  by: By,
): Promise<TrustedIssuer> {
  const trust = trustOf(checked(needs, input))
  const now = needs.clock.now()
  const id = newId(needs.clock, needs.random)
  const trusted = { ...trust, id, version: 1, createdAt: now, updatedAt: now }
  await needs.db.transaction(async (tx) => {
    if (!(await insertIssuer(tx, trusted))) throw trustedIssuerFailures.issuer_taken()
    await audit(needs, tx, { action: 'trusted_issuer.create', id, by }, { after: inputOf(trust) })
  })
  return trusted
}

type Change = {
  readonly patch: Readonly<Record<string, unknown>>
  readonly basedOn: number | 'any'
  readonly by: By
}

/** RFC 7396: a member that is null goes, one that is absent stays. Fails like `trustIssuer`, and with 412. */
export async function changeIssuer(
  needs: Needs,
  id: string,
  { patch, basedOn, by }: Change,
): Promise<TrustedIssuer> {
  return needs.db.transaction(async (tx) => {
    const trusted = await lockIssuer(tx, id)
    if (trusted === undefined) throw trustedIssuerFailures.unknown_issuer()
    if (basedOn !== 'any' && basedOn !== trusted.version) {
      throw trustedIssuerFailures.changed_meanwhile()
    }
    const before = inputOf(trusted)
    const trust = trustOf(checked(needs, patched(before, patch)))
    const changed = changes(before, inputOf(trust))
    if (Object.keys(changed).length === 0) return trusted
    const version = trusted.version + 1
    const next = { ...trusted, ...trust, version, updatedAt: needs.clock.now() }
    await updateIssuerRow(tx, next)
    await audit(needs, tx, { action: 'trusted_issuer.update', id, by }, { changes: changed })
    return next
  })
}

/** Believes an issuer no more. What was given by its assertions lives on until it expires. */
export async function distrustIssuer(needs: Needs, id: string, by: By): Promise<void> {
  await needs.db.transaction(async (tx) => {
    const trusted = await lockIssuer(tx, id)
    if (trusted === undefined) throw trustedIssuerFailures.unknown_issuer()
    await deleteIssuerRow(tx, id)
    const before = inputOf(trusted)
    await audit(needs, tx, { action: 'trusted_issuer.delete', id, by }, { before })
  })
}

function patched(
  before: TrustedIssuerInput,
  patch: Readonly<Record<string, unknown>>,
): TrustedIssuerInput {
  const kept = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null)
  const input: unknown = Object.fromEntries(kept)
  if (Check(TrustedIssuerInput, input)) return input
  const members = Errors(TrustedIssuerInput, input).map(({ instancePath, message }) => ({
    pointer: instancePath,
    words: message,
  }))
  throw trustedIssuerFailures.invalid_issuer({ members })
}

function checked(needs: Needs, input: TrustedIssuerInput): TrustedIssuerInput {
  const members = problemsOf(input, needs)
  if (members.length > 0) throw trustedIssuerFailures.invalid_issuer({ members })
  return input
}

type Deed = { readonly action: string; readonly id: string; readonly by: By }

function audit(
  needs: Needs,
  tx: Tx,
  { action, id, by: { actor, origin } }: Deed,
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  const resource = `trusted_issuer:${id}`
  return appendAudit(needs, tx, {
    actor,
    action,
    resource,
    outcome: 'success',
    ...(origin && { origin }),
    details,
  })
}
