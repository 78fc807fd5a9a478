import type { Origin } from '../audit/index.ts'
import type { Clock, Random, UserId } from '../base/index.ts'
import type { Db, Queries, Tx } from '../db/index.ts'
import type { Queue } from '../jobs/index.ts'
import type { Sealer } from '../keys/index.ts'
import type { Assurance, Proof } from './assurance.ts'
import type { PolicyBook } from './policy/policy-book.ts'

/** What can stand beside a password. */
export type FactorKind = 'passkey' | 'totp' | 'email_code' | 'backup_code' | 'emergency_code'

/** Whose factors they are, as far as a factor and its letters care. */
export type Person = {
  readonly id: UserId
  readonly username: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly profile: { readonly locale?: string | undefined; readonly name?: string | undefined }
}

/** Somebody in the middle of a journey: who, from where, and what the journey is known by. */
export type Subject = {
  readonly person: Person
  readonly origin: Origin
  /** The language of the request, a BCP 47 tag. */
  readonly locale: string
  /**
   * A secret that only this journey knows: of the browser, the session or the token. Challenges and
   * mailed codes count in the journey that they were made for and nowhere else (ASVS 6.6.2).
   */
  readonly binding: string
  /** Whether a factor that is set up now must be the first: whoever sets it up was not asked for one. */
  readonly onlyFirst?: boolean
}

/** What every factor stands on. */
export type MfaCore = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly sealer: Sealer
  readonly queue: Queue
  readonly issuer: string
  readonly policy: PolicyBook
  /** Turns codes with few bits into digests; not in the database. */
  readonly codeKey: Buffer
  /** Signs the challenges of WebAuthn. */
  readonly challengeKey: Buffer
  /** Seconds: how long a mailed code counts. */
  readonly codeLifetime: number
  /** Where passkeys are good; undefined where the address of the server cannot have any (an IP address). */
  readonly relyingParty: RelyingParty | undefined
  /** A User-Agent in words. */
  readonly describeDevice: (userAgent: string | undefined) => string
  readonly rolesOf: (userId: UserId) => Promise<readonly string[]>
  readonly personOf: (userId: UserId) => Promise<Person | undefined>
  readonly count: CountMfa
}

export type RelyingParty = {
  /** A domain (WebAuthn Level 3, section 5.4.2). */
  readonly id: string
  readonly name: string
  readonly origin: string
}

/** Told of what the operator should see in the metrics. */
export type CountMfa = {
  readonly verification: (factor: FactorKind, outcome: 'success' | 'refused') => void
  readonly emergency: (event: 'requested' | 'approved' | 'cancelled' | 'used') => void
}

/** One thing that a person has set up, without its secret. */
export type FactorEntry = {
  readonly kind: FactorKind
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  /** Passkeys only. */
  readonly passkey?: PasskeyFacts
}

export type PasskeyFacts = {
  /** BE: it can be copied to other devices (WebAuthn Level 3, section 6.1.3). */
  readonly backupEligible: boolean
  /** BS: it has been copied. */
  readonly backedUp: boolean
  readonly aaguid: string
  readonly attestation: string
  readonly transports: readonly string[]
  /** Its counter went back, so it may have been cloned and does not count any more. */
  readonly suspended: boolean
}

/** What has to be shown or sent before a factor can answer. */
export type Challenge = {
  /** For `navigator.credentials.get`. */
  readonly options?: Readonly<Record<string, unknown>>
  /** The address a code was sent to, shortened so that it tells little: `p…@example.org`. */
  readonly sentTo?: string
}

export type FactorAnswer = {
  /** As typed: blanks and hyphens do not count. */
  readonly code?: string | undefined
  /** What `navigator.credentials` gave, as JSON (WebAuthn Level 3, section 5.1). */
  readonly credential?: unknown
}

export type WhyNot =
  | 'malformed'
  | 'wrong'
  | 'used'
  | 'expired'
  | 'unknown'
  | 'not_enrolled'
  /** The challenge is none of ours, of another journey, too old or was answered before. */
  | 'challenge'
  | 'origin'
  | 'user_verification'
  | 'counter'
  | 'foreign'

export type Verdict =
  | { readonly ok: true; readonly proof: Proof; readonly entryId?: string }
  | { readonly ok: false; readonly why: WhyNot }

/** What a person is shown to set a factor up. */
export type Offer =
  | {
      readonly kind: 'totp'
      readonly id: string
      /** Base32, in groups of four for reading. */
      readonly secret: string
      readonly uri: string
      /** An SVG image. */
      readonly qr: string
    }
  | { readonly kind: 'passkey'; readonly options: Readonly<Record<string, unknown>> }
  | { readonly kind: 'email_code'; readonly sentTo: string }

export type EnrolAnswer = FactorAnswer & {
  /** The `id` of the offer, where it has one. */
  readonly id?: string | undefined
  readonly name?: string | undefined
}

export type Enrolled =
  | {
      readonly ok: true
      readonly entry: FactorEntry
      readonly proof: Proof
      /** The first factor brings a set of backup codes with it: shown now and never again. */
      readonly backupCodes: readonly string[] | undefined
    }
  | { readonly ok: false; readonly why: WhyNot | 'duplicate' | 'too_many' | 'attestation' }

/** The one shape of all factors. A new one is a folder and a line in `factors.ts`. */
export type Factor = {
  readonly kind: FactorKind
  /** Whether it is a second factor by itself; backup and emergency codes only stand in for one. */
  readonly counts: boolean
  /** How it is set up; absent where that is not up to the person alone. */
  readonly enrol?: {
    readonly begin: (core: MfaCore, subject: Subject) => Promise<Offer>
    /** Checks the answer and stores the factor in one transaction, with audit and letter. */
    readonly confirm: (core: MfaCore, subject: Subject, answer: EnrolAnswer) => Promise<Enrolled>
  }
  readonly challenge: (core: MfaCore, subject: Subject) => Promise<Challenge>
  /** Redeems the answer: of any number of parallel calls with the same answer one is `ok`. */
  readonly verify: (core: MfaCore, subject: Subject, answer: FactorAnswer) => Promise<Verdict>
  /** What the person has of it, oldest first. */
  readonly entries: (queries: Queries, userId: UserId, now: Date) => Promise<FactorEntry[]>
  /** Removes one, or all without an id; tells how many. */
  readonly remove: (tx: Tx, userId: UserId, id?: string) => Promise<number>
  readonly rename?: (tx: Tx, userId: UserId, id: string, name: string) => Promise<number>
  /** What a session gains by it. */
  readonly assurance: (proof: Proof) => Assurance
}
