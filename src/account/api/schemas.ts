import { type Static, Type } from 'typebox'
import type { User } from '../../identity/index.ts'
import { ProfilePatchSchema, ProfileSchema } from '../../identity/index.ts'

const closed = { additionalProperties: false }

export const Problem = Type.Object(
  {
    type: Type.String({ examples: ['urn:cardea:problem:invalid_request'] }),
    title: Type.String({ examples: ['The request does not have the expected members.'] }),
    status: Type.Integer({ examples: [400] }),
    code: Type.String({
      description: 'Stable: what programs may rely on',
      examples: ['invalid_request'],
    }),
    detail: Type.String({ examples: ['The request does not have the expected members. (email)'] }),
    instance: Type.String({
      description: 'Names this one answer, also in the log of the server',
      examples: ['urn:cardea:request:0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'],
    }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'RFC 6901', examples: ['/email'] }),
          detail: Type.String({ examples: ['must be string'] }),
        }),
      ),
    ),
  },
  { title: 'Problem', description: 'RFC 9457 problem details' },
)

/** The refusals any route may answer with. */
export const problems = {
  400: Problem,
  401: Problem,
  403: Problem,
  404: Problem,
  409: Problem,
  412: Problem,
  428: Problem,
  429: Problem,
  503: Problem,
}

export const LoginBody = Type.Object(
  {
    identifier: Type.String({ minLength: 1, maxLength: 320, description: 'Username or email' }),
    password: Type.String({ minLength: 1, maxLength: 4096 }),
  },
  closed,
)

export const RegisterBody = Type.Object(
  {
    username: Type.Optional(
      Type.String({ minLength: 1, maxLength: 128, description: 'Made up when absent' }),
    ),
    email: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
    password: Type.String({ minLength: 1, maxLength: 4096 }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    accepted_terms: Type.Optional(
      Type.String({ maxLength: 100, description: 'The version of the terms that was accepted' }),
    ),
    invitation: Type.Optional(
      Type.String({ maxLength: 128, description: 'The token of an invitation mail' }),
    ),
  },
  closed,
)

const token = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'From the link of the mail',
})
const code = Type.String({ pattern: '^[0-9]{6}$', description: 'The 6 digits of the mail' })
const newPassword = Type.String({ minLength: 1, maxLength: 4096 })

export const ConfirmRegistrationBody = Type.Union([
  Type.Object({ registration: Type.String({ format: 'uuid' }), code }, closed),
  Type.Object({ token, password: newPassword }, closed),
])

export const Pending = Type.Object({
  status: Type.Literal('confirmation_required'),
  registration: Type.String({ format: 'uuid', description: 'Goes with the code of the mail' }),
})

export const Accepted = Type.Object({ status: Type.Literal('accepted') })

export const ForgotBody = Type.Object(
  {
    identifier: Type.String({ minLength: 1, maxLength: 320, description: 'Username or email' }),
  },
  closed,
)

export const ResetBody = Type.Object(
  {
    token,
    password: newPassword,
    end_sessions: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether every session ends' }),
    ),
  },
  closed,
)

export const LinkBody = Type.Object({ token }, closed)
export const CodeBody = Type.Object({ code }, closed)
export const EmailBody = Type.Object(
  { email: Type.String({ minLength: 3, maxLength: 320 }) },
  closed,
)
export const UsernameBody = Type.Object(
  { username: Type.String({ minLength: 1, maxLength: 128 }) },
  closed,
)
export const PasswordBody = Type.Object(
  { current_password: newPassword, password: newPassword },
  closed,
)
export const Deletion = Type.Object({ delete_after: Type.String({ format: 'date-time' }) })

export const ProfilePatchBody = Type.Object({ profile: ProfilePatchSchema }, closed)

export const Challenge = Type.Object({
  required: Type.Boolean(),
  challenge: Type.Optional(Type.String({ description: 'In the format of ALTCHA, as base64' })),
})

export const RefreshBody = Type.Object(
  { refresh_token: Type.String({ minLength: 1, maxLength: 512 }) },
  closed,
)

export const Tokens = Type.Object(
  {
    access_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds' }),
    refresh_token: Type.String(),
  },
  { title: 'Tokens' },
)

export const UserBody = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    username: Type.String(),
    email: Type.Union([Type.String(), Type.Null()]),
    email_verified: Type.Boolean(),
    state: Type.Enum(['active', 'deactivated', 'deleting']),
    profile: ProfileSchema,
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'User' },
)

export function userBody(user: User): Static<typeof UserBody> {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    email_verified: user.emailVerified,
    state: user.lifecycle.state,
    profile: user.profile,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  }
}
