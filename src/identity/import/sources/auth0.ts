import { isRecord } from '../reading/json-lines.ts'
import type { Source } from './source.ts'
import { negate, present, takeFrom } from './source.ts'

/** What Auth0 knows of a user that has no place here; its user ids are no UUIDs. */
const unused = [
  '_id',
  '_tmp_is_unique',
  'user_id',
  'tenant',
  'connection',
  'identities',
  'identifiers',
  'migrated',
  'multifactor',
  'mfa_factors',
  'last_ip',
  'last_login',
  'last_password_reset',
  'logins_count',
  'version',
]

/** A line of a bulk user export, or of the export with password hashes that its support makes. */
export const auth0: Source = {
  name: 'Auth0',
  marks: ['user_id', '_id', 'passwordHash'],
  convert(raw) {
    const { take, drop, rest } = takeFrom(raw)
    drop(unused)
    const own = {
      password_hash: take('passwordHash'),
      password_changed_at: dateOf(take('password_set_date')),
      phone_number_verified: take('phone_verified'),
      is_active: negate(take('blocked')),
    }
    return { record: present({ ...rest(), ...own }), errors: [] }
  },
}

/** `{"$date": ...}` is how MongoDB exports a time. */
function dateOf(value: unknown): unknown {
  return isRecord(value) ? value.$date : value
}
