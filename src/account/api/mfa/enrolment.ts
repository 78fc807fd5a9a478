import type { Static } from 'typebox'
import type {
  EnrolAnswer,
  Factor,
  FactorEntry,
  FactorKind,
  MfaCore,
  Offer,
  Proof,
  Subject,
} from '../../../mfa/index.ts'
import { enrolFailure, factorOf, mfaFailures } from '../../../mfa/index.ts'
import type { EnrolKind, OfferBody } from './schemas.ts'

type Kind = Static<typeof EnrolKind>

/** Begins to set up a factor; the caller knows that the policy allows it. */
export async function offerEnrolment(
  core: MfaCore,
  subject: Subject,
  kind: Kind,
): Promise<Static<typeof OfferBody>> {
  return offerBody(await enrolOf(kind).begin(core, subject))
}

type Confirmed = {
  readonly entry: FactorEntry
  readonly proof: Proof
  /** As the member of an answer; empty for a factor that is not the first. */
  readonly codes: { backup_codes?: string[] }
}

/** Stores the factor if the answer proves that it works; fails with 400 or 409 otherwise. */
export async function confirmEnrolment(
  core: MfaCore,
  subject: Subject,
  { kind, answer }: { readonly kind: Kind; readonly answer: EnrolAnswer },
): Promise<Confirmed> {
  const enrolled = await enrolOf(kind).confirm(core, subject, answer)
  if (!enrolled.ok) throw enrolFailure(kind, enrolled.why)
  const { entry, proof, backupCodes } = enrolled
  return { entry, proof, codes: backupCodes ? { backup_codes: [...backupCodes] } : {} }
}

function enrolOf(kind: FactorKind): NonNullable<Factor['enrol']> {
  const { enrol } = factorOf(kind)
  if (enrol === undefined) throw mfaFailures.not_offered()
  return enrol
}

function offerBody(offer: Offer): Static<typeof OfferBody> {
  if (offer.kind === 'totp') {
    const { kind: factor, id, secret, uri, qr } = offer
    return { factor, id, secret, uri, qr }
  }
  if (offer.kind === 'passkey') return { factor: offer.kind, options: { ...offer.options } }
  return { factor: offer.kind, sent_to: offer.sentTo }
}
