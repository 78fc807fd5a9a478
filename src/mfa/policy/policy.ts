import { type Static, Type } from 'typebox'
import type { FactorKind } from '../factor.ts'

const closed = { additionalProperties: false }
const day = 86_400

export const ModeSchema = Type.Union(
  [Type.Literal('off'), Type.Literal('optional'), Type.Literal('required')],
  {
    description:
      'off: no second factor is asked for. optional: of whoever has set one up. required: of everybody',
  },
)
/** How much a second factor matters; the strictest of installation, roles and client holds. */
export type Mode = Static<typeof ModeSchema>

const CountedSchema = Type.Union([
  Type.Literal('passkey'),
  Type.Literal('totp'),
  Type.Literal('email_code'),
  Type.Literal('backup_code'),
])

export const PolicySchema = Type.Object(
  {
    mode: ModeSchema,
    roles: Type.Record(Type.String({ minLength: 1, maxLength: 100 }), ModeSchema, {
      description: 'For who has a role; it can only be stricter than `mode`',
      maxProperties: 200,
    }),
    factors: Type.Array(CountedSchema, {
      description: 'Which factors count. Mail is no factor for ASVS 6.3.6 and NIST',
      uniqueItems: true,
      maxItems: 4,
    }),
    enrolment_grace: Type.Integer({
      minimum: 0,
      maximum: 365 * day,
      description: 'Seconds in which somebody may put off a required factor',
    }),
    remember_device: Type.Integer({
      minimum: 0,
      maximum: 365 * day,
      description: 'Seconds for which a browser may be remembered; 0 offers none',
    }),
    trusted_networks: Type.Array(Type.String({ minLength: 2, maxLength: 49 }), {
      description: 'CIDR blocks that need no second factor; every such sign-in is audited',
      maxItems: 100,
    }),
    passkeys: Type.Object(
      {
        first_factor: Type.Boolean({ description: 'Whether a passkey replaces the password' }),
        offer: Type.Boolean({ description: 'Whether a passkey is offered after a password' }),
        user_verification: Type.Union([Type.Literal('required'), Type.Literal('preferred')], {
          description: 'As a second factor; in place of the password it is always required',
        }),
        attestation: Type.Union([Type.Literal('none'), Type.Literal('required')]),
        attestation_roots: Type.Array(Type.String({ maxLength: 8192 }), {
          description: 'PEM certificates that the attestation must lead to',
          maxItems: 50,
        }),
        allowed_aaguids: Type.Array(Type.String({ format: 'uuid' }), {
          description: 'Models of authenticators; empty allows all',
          maxItems: 200,
        }),
      },
      closed,
    ),
  },
  closed,
)
/** What the installation demands, beside what each client does. */
export type Policy = Static<typeof PolicySchema>

export const defaultPolicy: Policy = {
  mode: 'optional',
  roles: {},
  factors: ['passkey', 'totp', 'backup_code'],
  enrolment_grace: 7 * day,
  remember_device: 30 * day,
  trusted_networks: [],
  passkeys: {
    first_factor: true,
    offer: true,
    user_verification: 'preferred',
    attestation: 'none',
    attestation_roots: [],
    allowed_aaguids: [],
  },
}

const strictness: Readonly<Record<Mode, number>> = { off: 0, optional: 1, required: 2 }

/** The strictest: nobody is let off by one rule what another one asks for. */
export function strictest(...modes: readonly (Mode | undefined)[]): Mode {
  return modes.reduce<Mode>(
    (hardest, mode = 'off') => (strictness[mode] > strictness[hardest] ? mode : hardest),
    'off',
  )
}

/** What holds for a person with these roles on the way to a client. */
export function modeFor(policy: Policy, roles: readonly string[], client: Mode | undefined): Mode {
  const byRole = roles.map((role) =>
    Object.hasOwn(policy.roles, role) ? policy.roles[role] : undefined,
  )
  return strictest(policy.mode, client, ...byRole)
}

/** Whether a factor may be used; emergency codes always may, for two people have agreed to each. */
export function allows(policy: Policy, kind: FactorKind): boolean {
  return kind === 'emergency_code' || policy.factors.includes(kind)
}
