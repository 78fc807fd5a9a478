import { type Static, Type } from 'typebox'
import type { PersonFilter } from './search/person-filter.ts'
import { everybody } from './search/person-filter.ts'

const moment = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', description }))

/** Which people, as a query or a body says it. */
export const filterMembers = {
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description:
        'Part of the username, the email or the name; case and accents make no difference. Fewer than three letters are looked for at beginnings only',
    }),
  ),
  state: Type.Optional(Type.Enum(['active', 'deactivated', 'deleting'])),
  email_verified: Type.Optional(Type.Boolean()),
  role: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'The name of a role that somebody has now, directly or by a group',
    }),
  ),
  group: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'The name or the id of a group' }),
  ),
  created_after: moment('At this time or later'),
  created_before: moment('Before this time'),
  has_factor: Type.Optional(
    Type.Boolean({ description: 'Whether there is a second factor, backup codes aside' }),
  ),
}

const FilterBody = Type.Object(filterMembers, { additionalProperties: false })

/** What is not said is not asked. */
export function filterOf(asked: Static<typeof FilterBody>): PersonFilter {
  const { q, state, email_verified, role, group, created_after, created_before, has_factor } = asked
  return {
    ...everybody,
    ...(q !== undefined && { q }),
    ...(state !== undefined && { state }),
    ...(email_verified !== undefined && { email_verified }),
    ...(role !== undefined && { role }),
    ...(group !== undefined && { group }),
    ...(created_after !== undefined && { created_after }),
    ...(created_before !== undefined && { created_before }),
    ...(has_factor !== undefined && { has_factor }),
  }
}
