import { type Static, Type } from 'typebox'
import { ProfileSchema } from '../schemas.ts'

const moment = Type.String({ maxLength: 40 })

/** The members of a line that are no claims. */
export const AccountMembers = Type.Partial(
  Type.Object({
    id: Type.String(),
    username: Type.String(),
    email: Type.String(),
    email_verified: Type.Boolean(),
    password_hash: Type.String({ maxLength: 4096 }),
    password_changed_at: moment,
    is_active: Type.Boolean(),
    deactivated_by: Type.Union([Type.Literal('user'), Type.Literal('administrator')]),
    delete_after: moment,
    roles: Type.Array(Type.String()),
    terms_version: Type.String({ maxLength: 100 }),
    terms_accepted_at: moment,
    created_at: moment,
    updated_at: moment,
  }),
)
export type AccountMembers = Static<typeof AccountMembers>

export const accountNames: readonly string[] = Object.keys(AccountMembers.properties)
export const claimNames: readonly string[] = Object.keys(ProfileSchema.properties)

/** The columns of a CSV file. */
export const addressNames: readonly string[] = [
  'formatted',
  'street_address',
  'locality',
  'region',
  'postal_code',
  'country',
]
