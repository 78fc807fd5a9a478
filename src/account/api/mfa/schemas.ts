import { Type } from 'typebox'

export const closed = { additionalProperties: false }

/** What a person sets up themselves. */
export const EnrolKind = Type.Enum(['passkey', 'totp', 'email_code'])
export const AnyKind = Type.Enum(['passkey', 'totp', 'email_code', 'backup_code', 'emergency_code'])

const anything = { additionalProperties: true }
const code = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'As typed; blanks and hyphens do not count',
})
const credential = Type.Object(
  {},
  { ...anything, description: 'What `navigator.credentials` gave, as JSON (WebAuthn section 5.1)' },
)
const options = Type.Object({}, { ...anything, description: 'For `navigator.credentials`' })
const name = Type.String({ minLength: 1, maxLength: 128 })
const time = Type.String({ format: 'date-time' })
const orNull = Type.Union([Type.String(), Type.Null()])
const timeOrNull = Type.Union([time, Type.Null()])
const count = Type.Integer({ minimum: 0 })
const codes = Type.Array(Type.String(), { description: 'Shown now and never again' })

/** What proves a factor: a code, or what a passkey answered. */
export const answerMembers = { code: Type.Optional(code), credential: Type.Optional(credential) }

export const Challenged = Type.Object({
  factor: AnyKind,
  options: Type.Optional(options),
  sent_to: Type.Optional(Type.String({ description: 'The address, shortened' })),
})

/** What the answer to an offer brings along. */
export const enrolAnswerMembers = {
  factor: EnrolKind,
  id: Type.Optional(Type.String({ maxLength: 64, description: 'Of the offer, if it has one' })),
  name: Type.Optional(name),
  ...answerMembers,
}

export const OfferBody = Type.Object({
  factor: EnrolKind,
  id: Type.Optional(Type.String({ description: 'Goes with the confirmation' })),
  secret: Type.Optional(Type.String({ description: 'In Base32, in groups of four' })),
  uri: Type.Optional(Type.String({ description: 'In the Key URI Format of authenticator apps' })),
  qr: Type.Optional(Type.String({ description: 'The same as an SVG image' })),
  options: Type.Optional(options),
  sent_to: Type.Optional(Type.String({ description: 'The address, shortened' })),
})

export const FactorBody = Type.Object(
  {
    id: Type.String(),
    kind: AnyKind,
    name: Type.String(),
    created_at: time,
    last_used_at: timeOrNull,
    passkey: Type.Optional(
      Type.Object({
        backup_eligible: Type.Boolean({ description: 'Whether it can be copied to other devices' }),
        backed_up: Type.Boolean(),
        aaguid: Type.String({ description: 'The model of the authenticator' }),
        attestation: Type.String(),
        transports: Type.Array(Type.String()),
        suspended: Type.Boolean({ description: 'It may have been copied and counts no more' }),
      }),
    ),
  },
  { title: 'Factor' },
)

const UsedCode = Type.Object({ at: time, ip: orNull, device: orNull })

export const MfaBody = Type.Object({
  level: Type.Integer({ description: 'The level that changes of the account ask for: 1 or 2' }),
  mode: Type.Enum(['off', 'optional', 'required']),
  enrolment_due: Type.Union([time, Type.Null()], {
    description: 'Until when a factor must be set up; null when none is owed',
  }),
  factors: Type.Array(FactorBody),
  backup_codes: Type.Object({
    remaining: count,
    total: count,
    expires_at: timeOrNull,
    used: Type.Array(UsedCode),
  }),
  remembered_devices: count,
  allowed: Type.Array(EnrolKind, { description: 'What may be set up here' }),
})

export const BackupCodes = Type.Object({ codes, expires_at: time })

const token = Type.String({ minLength: 1, maxLength: 128 })
/** What every request of a sign-in that waits for its factor has in common. */
export const pendingMembers = { mfa_token: token, factor: AnyKind }
export const pendingEnrolMembers = { mfa_token: token }

const PendingMembers = {
  status: Type.Enum(['mfa_required', 'mfa_enrolment_required']),
  mfa_token: Type.String({ description: 'Stands for this sign-in until it is finished' }),
  factors: Type.Array(AnyKind, { description: 'Each of them will do' }),
  expires_in: Type.Integer({ description: 'Seconds' }),
}

/** The first proof was right, and is not enough. */
export const PendingSignIn = Type.Object(PendingMembers, { title: 'PendingSignIn' })

export const withBackupCodes = { backup_codes: Type.Optional(codes) }
export const PendingEnrolled = Type.Object({ ...PendingMembers, ...withBackupCodes })

export const PasskeyOptions = Type.Object({
  passkey_token: Type.String({ description: 'Goes with the answer' }),
  options,
})
export const PasskeyBody = Type.Object({ passkey_token: token, credential }, closed)
export const NameBody = Type.Object({ name }, closed)
export const Enrolled = Type.Object({ factor: FactorBody, ...withBackupCodes })
