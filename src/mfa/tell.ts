import type { Origin } from '../audit/index.ts'
import type { Queries } from '../db/index.ts'
import type { Happening, Letters, Template } from '../mail/index.ts'
import { writeLetter } from '../mail/index.ts'
import type { FactorKind, MfaCore, Person, Subject } from './factor.ts'

type Needs = Pick<MfaCore, 'queue' | 'clock' | 'issuer' | 'describeDevice'>

/** Whose account, when, and from where. */
export function happening(
  needs: Pick<MfaCore, 'clock' | 'describeDevice'>,
  person: Pick<Person, 'username'>,
  origin: Origin,
): Happening {
  return {
    username: person.username,
    at: needs.clock.now().toISOString(),
    device: needs.describeDevice(origin.userAgent),
    ip: origin.ip ?? '',
  }
}

/** The same of something that another one did: where administrators sit is no business of the person. */
export function happeningBy(
  needs: Pick<MfaCore, 'clock' | 'describeDevice'>,
  { person, actor, origin }: About & { readonly actor: string },
): Happening {
  return happening(needs, person, actor === `user:${person.id}` ? origin : {})
}

/** Where a person looks after their factors. */
export const securityUrl = (issuer: string) => `${issuer}/account/security`

type About = { readonly person: Person; readonly origin: Origin }

/** A letter about a change, in its transaction; nobody is told who has no proven address. */
export async function tell<T extends Template>(
  needs: Needs,
  tx: Queries,
  { person }: About,
  letter: { readonly template: T; readonly values: Letters[T] },
): Promise<void> {
  const { email, emailVerified, profile } = person
  if (email === null || !emailVerified) return
  await writeLetter(needs, tx, { to: email, locale: profile.locale ?? 'en', ...letter })
}

/** Wrong answers after a right password (ASVS 6.3.5); the caller decides when there were enough of them. */
export function tellOfAttempts(
  core: MfaCore,
  { person, origin }: Subject,
  { kind, count }: { readonly kind: FactorKind; readonly count: number },
): Promise<void> {
  const values = {
    ...happening(core, person, origin),
    factor: kind,
    count: String(count),
    forgotUrl: `${core.issuer}/forgot-password`,
  }
  return tell(core, core.db, { person, origin }, { template: 'factor-attempts', values })
}
