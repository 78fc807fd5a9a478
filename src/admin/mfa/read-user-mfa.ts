import { type Static, Type } from 'typebox'
import { FactorBody, factorBody } from '../../account/index.ts'
import type { User } from '../../identity/index.ts'
import { countRemembered, listFactors, ModeSchema, situationOf } from '../../mfa/index.ts'
import type { AdminNeeds } from '../needs.ts'

const timeOrNull = Type.Union([Type.String({ format: 'date-time' }), Type.Null()])
const count = Type.Integer({ minimum: 0 })

export const UserMfaBody = Type.Object({
  mode: ModeSchema,
  must_enrol: Type.Boolean({ description: 'A factor is asked for at the next sign-in' }),
  grace_until: Type.Union(timeOrNull.anyOf, {
    description: 'Until when a required factor may be put off',
  }),
  factors: Type.Array(FactorBody),
  backup_codes: Type.Object({ remaining: count, expires_at: timeOrNull }),
  remembered_devices: count,
})

/** What an administrator may know of the second factors of somebody: never a secret. */
export async function readUserMfa(
  { mfa }: Pick<AdminNeeds, 'mfa'>,
  user: User,
): Promise<Static<typeof UserMfaBody>> {
  const [{ mode, standing }, entries, remembered] = await Promise.all([
    situationOf(mfa, user.id),
    listFactors(mfa, user.id),
    countRemembered(mfa.db, user.id, mfa.clock.now()),
  ])
  return {
    mode,
    must_enrol: standing.mustEnrol,
    grace_until: standing.graceUntil?.toISOString() ?? null,
    factors: entries.map((entry) => factorBody(user, entry)),
    backup_codes: {
      remaining: standing.backupCodes,
      expires_at: standing.backupExpiresAt?.toISOString() ?? null,
    },
    remembered_devices: remembered,
  }
}
