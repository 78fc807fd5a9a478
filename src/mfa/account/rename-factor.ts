import { appendAudit } from '../../audit/index.ts'
import type { FactorKind, MfaCore, Subject } from '../factor.ts'
import { readFactorName } from '../factor-name.ts'
import { factorOf } from '../factors.ts'
import { mfaFailures } from '../failures.ts'

type Renaming = { readonly kind: FactorKind; readonly id: string; readonly name: string }

/** Calls a factor of a person something else. Somebody else's is as unknown as one that never was. */
export async function renameFactor(
  core: MfaCore,
  { person, origin }: Subject,
  { kind, id, name: typed }: Renaming,
): Promise<void> {
  const name = readFactorName(typed, '')
  if (name === undefined || name === '') throw mfaFailures.invalid_name()
  await core.db.transaction(async (tx) => {
    const renamed = await factorOf(kind).rename?.(tx, person.id, id, name)
    if (renamed !== 1) throw mfaFailures.unknown_factor()
    await appendAudit(core, tx, {
      actor: `user:${person.id}`,
      action: 'mfa.rename',
      resource: `user:${person.id}`,
      outcome: 'success',
      origin,
      details: { factor: kind, id },
    })
  })
}
