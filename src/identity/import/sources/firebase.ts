import { formatFirebaseScrypt } from '../../foreign-hash/index.ts'
import type { Source } from './source.ts'
import { fromMillis, negate, present, takeFrom } from './source.ts'

/** What Firebase knows of a user that has no place here; its user ids are no UUIDs. */
const unused = [
  'localId',
  'lastSignedInAt',
  'lastLoginAt',
  'lastRefreshAt',
  'providerUserInfo',
  'validSince',
  'version',
  'tenantId',
  'mfaInfo',
]

/** A user of `firebase auth:export --format=json`. */
export const firebase: Source = {
  name: 'Firebase',
  marks: ['localId'],
  convert(raw, { firebase: parameters }) {
    const { take, drop, rest } = takeFrom(raw)
    drop(unused)
    const [hash, salt] = [take('passwordHash'), take('salt')]
    const hasPassword = typeof hash === 'string' && hash !== ''
    const stored =
      hasPassword && parameters
        ? formatFirebaseScrypt(parameters, typeof salt === 'string' ? salt : '', hash)
        : undefined
    const own = {
      name: take('displayName'),
      picture: take('photoUrl'),
      phone_number: take('phoneNumber'),
      email_verified: take('emailVerified'),
      is_active: negate(take('disabled')),
      created_at: fromMillis(take('createdAt')),
      password_hash: stored,
      password_changed_at: hasPassword ? fromMillis(take('passwordUpdatedAt')) : undefined,
    }
    drop(['passwordUpdatedAt'])
    const words = 'The hash parameters of the project are needed: --firebase-signer-key-file.'
    const missing = hasPassword && parameters === undefined
    const errors = missing ? [{ pointer: '/passwordHash', words }] : []
    return { record: present({ ...rest(), ...own }), errors }
  },
}
