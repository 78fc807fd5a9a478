import { type Static, Type } from 'typebox'

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))
const url = Type.Optional(Type.String({ maxLength: 2048, pattern: '^https?://\\S+$' }))

/** OpenID Connect Core section 5.1.1. */
export const AddressSchema = Type.Object(
  {
    formatted: text(1000),
    street_address: text(500),
    locality: text(200),
    region: text(200),
    postal_code: text(50),
    country: text(200),
  },
  { additionalProperties: false },
)

/** The standard claims of OpenID Connect Core section 5.1 that are not columns of the user. */
export const ProfileSchema = Type.Object(
  {
    name: text(300),
    given_name: text(200),
    family_name: text(200),
    middle_name: text(200),
    nickname: text(200),
    profile: url,
    picture: url,
    website: url,
    gender: text(100),
    birthdate: Type.Optional(
      Type.String({
        pattern: '^\\d{4}(-\\d{2}-\\d{2})?$',
        description: 'YYYY-MM-DD, 0000-MM-DD without the year, or YYYY alone',
      }),
    ),
    zoneinfo: text(100),
    locale: text(100),
    phone_number: text(50),
    phone_number_verified: Type.Optional(Type.Boolean()),
    address: Type.Optional(AddressSchema),
  },
  { additionalProperties: false },
)
export type Profile = Static<typeof ProfileSchema>
