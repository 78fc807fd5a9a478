import { Type } from 'typebox'
import { permissionPattern, roleNamePattern } from '../../access/index.ts'

export const closed = { additionalProperties: false }

const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
/** Lower case only, so that what is asked for is spelt as what is answered. */
export const uuid = Type.String({ format: 'uuid', pattern: uuidPattern })
/** Members of cursors. */
export const UuidKey = Type.Tuple([Type.String({ pattern: uuidPattern })])
export const NameKey = Type.Tuple([Type.String({ pattern: roleNamePattern })])

export const time = Type.String({ format: 'date-time' })
export const timeOrNull = Type.Union([time, Type.Null()])
export const textOrNull = Type.Union([Type.String(), Type.Null()])

export const name = Type.String({
  maxLength: 100,
  description: 'Letters in lower case, digits, _ . : -',
})
export const description = Type.String({ maxLength: 1000 })
export const permissionList = Type.Array(
  Type.String({ maxLength: 210, description: `${permissionPattern}, such as document:read@own` }),
  { maxItems: 1000 },
)

/** How a list of things with names is narrowed. */
export const nameQuery = {
  name: Type.Optional(Type.String({ pattern: roleNamePattern, description: 'Exactly this name' })),
  prefix: Type.Optional(
    Type.String({ pattern: '^[a-z0-9_.:-]{0,100}$', description: 'How the name begins' }),
  ),
}

export const exampleRole = {
  id: '01960d2c-7c00-7000-8000-0000000000a1',
  name: 'editor',
  description: 'Writes and corrects documents',
  built_in: false,
  parents: ['reader'],
}
export const exampleTimes = {
  created_at: '2026-11-24T09:30:00.000Z',
  updated_at: '2026-11-24T09:30:00.000Z',
}
export const exampleUser = '01960d2c-7c00-7000-8000-0000000000aa'

/** A moment of a body whose schema says date-time. */
export function moment(text: string | null | undefined): Date | null {
  return text == null ? null : new Date(text)
}
