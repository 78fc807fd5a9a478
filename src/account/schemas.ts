import { Type } from 'typebox'
import { ProfileSchema } from '../identity/index.ts'

const closed = { additionalProperties: false }

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    instance: Type.String(),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() })),
    ),
  },
  { description: 'RFC 9457 problem details' },
)

export const LoginBody = Type.Object(
  {
    identifier: Type.String({ minLength: 1, maxLength: 320, description: 'Username or email' }),
    password: Type.String({ minLength: 1, maxLength: 4096 }),
  },
  closed,
)

export const RegisterBody = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 128 }),
    email: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
    password: Type.String({ minLength: 1, maxLength: 4096 }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  closed,
)

export const RefreshBody = Type.Object(
  { refresh_token: Type.String({ minLength: 1, maxLength: 512 }) },
  closed,
)

export const Tokens = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds' }),
  refresh_token: Type.String(),
})

export const UserBody = Type.Object({
  id: Type.String({ format: 'uuid' }),
  username: Type.String(),
  email: Type.Union([Type.String(), Type.Null()]),
  email_verified: Type.Boolean(),
  profile: ProfileSchema,
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
})
