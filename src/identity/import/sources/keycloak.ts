import type { InvalidMember } from '../../../base/index.ts'
import { isRecord } from '../reading/json-lines.ts'
import type { RawRecord, Source } from './source.ts'
import { fromMillis, present, takeFrom } from './source.ts'

/** What Keycloak knows of a user that has no place here. */
const unused = [
  'totp',
  'disableableCredentialTypes',
  'requiredActions',
  'realmRoles',
  'clientRoles',
  'groups',
  'notBefore',
  'access',
  'federatedIdentities',
  'clientConsents',
  'origin',
  'self',
  'userProfileMetadata',
]

/** Attributes under the names that Keycloak's own mappers read, and the claims that these make of them. */
const claimAttributes: Readonly<Record<string, string>> = {
  middleName: 'middle_name',
  nickname: 'nickname',
  profile: 'profile',
  picture: 'picture',
  website: 'website',
  gender: 'gender',
  birthdate: 'birthdate',
  zoneinfo: 'zoneinfo',
  locale: 'locale',
  phoneNumber: 'phone_number',
}

/** A user of `users` in a realm export. */
export const keycloak: Source = {
  name: 'Keycloak',
  marks: ['credentials', 'createdTimestamp', 'firstName', 'enabled', 'emailVerified'],
  convert(raw) {
    const { take, drop, rest } = takeFrom(raw)
    drop(unused)
    const [given, family] = [take('firstName'), take('lastName')]
    const name = [given, family].filter((part) => typeof part === 'string').join(' ')
    const claims = claimsOf(take('attributes'))
    const password = passwordOf(take('credentials'))
    const own = {
      name: name === '' ? undefined : name,
      given_name: given,
      family_name: family,
      is_active: take('enabled'),
      email_verified: take('emailVerified'),
      created_at: fromMillis(take('createdTimestamp')),
      password_hash: password?.hash,
      password_changed_at: fromMillis(password?.at),
    }
    const record = present({ ...rest(), ...claims, ...own })
    return { record, errors: password?.errors ?? [] }
  },
}

function claimsOf(attributes: unknown): RawRecord {
  if (!isRecord(attributes)) return {}
  const entries = Object.entries(attributes).map(([name, value]) => {
    const first: unknown = Array.isArray(value) ? value[0] : value
    // An attribute of the realm's own is told as unknown under its path.
    return [claimAttributes[name] ?? `attributes/${name}`, first]
  })
  return Object.fromEntries(entries)
}

type Password = {
  readonly hash?: string
  readonly at?: unknown
  readonly errors: readonly InvalidMember[]
}

function passwordOf(credentials: unknown): Password | undefined {
  if (!Array.isArray(credentials)) return undefined
  const index = credentials.findIndex((it) => isRecord(it) && it.type === 'password')
  const credential: unknown = credentials[index]
  if (!isRecord(credential)) return undefined
  const hash = hashOf(parse(credential.credentialData), parse(credential.secretData))
  if (hash !== undefined) return { hash, at: credential.createdDate, errors: [] }
  const words = 'This is no password of a kind that is known.'
  return { errors: [{ pointer: `/credentials/${index}`, words }] }
}

/** Keycloak keeps these two as JSON inside of JSON. */
function parse(text: unknown): RawRecord {
  if (typeof text !== 'string') return isRecord(text) ? text : {}
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const pbkdf2Names: Readonly<Record<string, string>> = {
  pbkdf2: 'pbkdf2-sha1',
  'pbkdf2-sha256': 'pbkdf2-sha256',
  'pbkdf2-sha512': 'pbkdf2-sha512',
}

function hashOf(data: RawRecord, secret: RawRecord): string | undefined {
  const { algorithm, hashIterations } = data
  const { value, salt } = secret
  if (typeof value !== 'string' || typeof salt !== 'string') return undefined
  if (typeof algorithm !== 'string' || typeof hashIterations !== 'number') return undefined
  const { additionalParameters: more } = data
  if (algorithm === 'argon2') return argon2Of({ more, hashIterations, salt, value })
  const name = pbkdf2Names[algorithm]
  return name && `$${name}$i=${hashIterations}$${salt}$${value}`
}

type Argon2Parts = {
  readonly more: unknown
  readonly hashIterations: number
  readonly salt: string
  readonly value: string
}

function argon2Of({ more, hashIterations, salt, value }: Argon2Parts): string | undefined {
  if (!isRecord(more)) return undefined
  const parameter = (name: string) => String(Array.isArray(more[name]) ? more[name][0] : more[name])
  const version = parameter('version') === '1.0' ? 16 : 19
  const cost = `m=${parameter('memory')},t=${hashIterations},p=${parameter('parallelism')}`
  const bare = (text: string) => text.replace(/=+$/, '') // PHC strings have no padding
  return `$argon2${parameter('type')}$v=${version}$${cost}$${bare(salt)}$${bare(value)}`
}
