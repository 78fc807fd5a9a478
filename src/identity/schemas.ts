import { type Static, type TSchema, Type } from 'typebox'

const closed = { additionalProperties: false }
const text = (maxLength: number) => Type.String({ maxLength })
const url = Type.String({
  maxLength: 2048,
  pattern: '^https?://\\S+$',
  examples: ['https://ada.example.org/'],
})
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** OpenID Connect Core section 5.1.1. */
export const AddressSchema = Type.Partial(
  Type.Object({
    formatted: text(1000),
    street_address: text(500),
    locality: text(200),
    region: text(200),
    postal_code: text(50),
    country: text(200),
  }),
  { ...closed, title: 'Address' },
)

/** Members of an address that are null go, like those of the profile (RFC 7396 section 2). */
const AddressPatchSchema = Type.Partial(
  Type.Object({
    formatted: orNull(text(1000)),
    street_address: orNull(text(500)),
    locality: orNull(text(200)),
    region: orNull(text(200)),
    postal_code: orNull(text(50)),
    country: orNull(text(200)),
  }),
  { ...closed, title: 'AddressPatch' },
)

const birthdate = Type.String({
  pattern: '^\\d{4}(-\\d{2}-\\d{2})?$',
  description: 'YYYY-MM-DD, 0000-MM-DD without the year, or YYYY alone',
  examples: ['1815-12-10'],
})

/** The standard claims of OpenID Connect Core section 5.1 that are not columns of the user. */
export const ProfileSchema = Type.Partial(
  Type.Object({
    name: text(300),
    given_name: text(200),
    family_name: text(200),
    middle_name: text(200),
    nickname: text(200),
    profile: url,
    picture: url,
    website: url,
    gender: text(100),
    birthdate,
    zoneinfo: text(100),
    locale: text(100),
    phone_number: text(50),
    phone_number_verified: Type.Boolean(),
    address: AddressSchema,
  }),
  { ...closed, title: 'Profile' },
)
export type Profile = Static<typeof ProfileSchema>

/** A merge patch of the profile (RFC 7396); nobody declares their own telephone number verified. */
export const ProfilePatchSchema = Type.Partial(
  Type.Object({
    name: orNull(text(300)),
    given_name: orNull(text(200)),
    family_name: orNull(text(200)),
    middle_name: orNull(text(200)),
    nickname: orNull(text(200)),
    profile: orNull(url),
    picture: orNull(url),
    website: orNull(url),
    gender: orNull(text(100)),
    birthdate: orNull(birthdate),
    zoneinfo: orNull(text(100)),
    locale: orNull(text(100)),
    phone_number: orNull(text(50)),
    address: orNull(AddressPatchSchema),
  }),
  { ...closed, title: 'ProfilePatch' },
)
