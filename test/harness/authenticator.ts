import type { KeyObject } from 'node:crypto'
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** An authenticator in software, together with its browser: keys of ES256, any number of accounts. */
export type Authenticator = {
  /** What `navigator.credentials.create(...).toJSON()` gives for the options of the server. */
  readonly create: (options: unknown, wrong?: Wrong) => RegistrationJson
  /** What `navigator.credentials.get(...).toJSON()` gives; throws when it has no passkey that fits. */
  readonly get: (options: unknown, wrong?: Wrong) => AssertionJson
  /** The passkeys it holds, oldest first. */
  readonly passkeys: readonly SoftPasskey[]
  /** Changes what the next answers say. */
  readonly set: (state: Partial<State>) => void
}

export type RegistrationJson = {
  id: string
  rawId: string
  type: string
  clientExtensionResults: object
  authenticatorAttachment: string
  response: { clientDataJSON: string; attestationObject: string; transports: readonly string[] }
}

export type AssertionJson = {
  id: string
  rawId: string
  type: string
  clientExtensionResults: object
  authenticatorAttachment: string
  response: {
    clientDataJSON: string
    authenticatorData: string
    signature: string
    userHandle?: string
  }
}

export type SoftPasskey = {
  readonly id: Buffer
  readonly key: KeyObject
  readonly cose: Buffer
  readonly userHandle: string
  readonly rpId: string
}

type State = {
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly userVerified: boolean
  /** 0 stays 0, as in passkeys that are copied between devices; any other number grows with each use. */
  readonly counter: number
}

type Options = Partial<State> & {
  /** Of the page. */
  readonly origin: string
  readonly aaguid?: string
  /** Of all that it makes; random without. */
  readonly credentialId?: Buffer
  readonly transports?: readonly string[]
  readonly attestation?: 'none' | 'self' | Attestation
}

/** A certificate that vouches for the model, and its chain in DER. */
export type Attestation = {
  readonly key: KeyObject
  readonly x5c: readonly Buffer[]
  /** packed without. */
  readonly format?: string
}

/** What may be wrong with one answer. */
export type Wrong = {
  readonly origin?: string
  readonly crossOrigin?: boolean
  readonly challenge?: string
  readonly type?: string
  readonly rpId?: string
  readonly flags?: number
  readonly counter?: number
  /** null: left out. */
  readonly userHandle?: string | null
  readonly signature?: Buffer
  /** Of the answer, other than what is signed. */
  readonly id?: string
}

type Created = { challenge: string; rp: { id: string }; user: { id: string } }
type Requested = { challenge: string; rpId: string; allowCredentials?: { id: string }[] }

const noModel = '00000000-0000-0000-0000-000000000000'

export function createAuthenticator(options: Options): Authenticator {
  const { origin, aaguid = noModel, transports = ['internal'], attestation = 'none' } = options
  let state: State = {
    backupEligible: false,
    backedUp: false,
    userVerified: true,
    counter: 0,
    ...options,
  }
  const passkeys: SoftPasskey[] = []
  const count = () => {
    if (state.counter > 0) state = { ...state, counter: state.counter + 1 }
    return state.counter
  }
  const authData = (rpId: string, wrong: Wrong, attested?: Buffer) => {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(wrong.counter ?? count())
    const flags = wrong.flags ?? flagsOf(state) | (attested ? 0x40 : 0)
    const head = [sha256(wrong.rpId ?? rpId), Buffer.from([flags]), counter]
    return Buffer.concat([...head, ...(attested ? [attested] : [])])
  }
  return {
    passkeys,
    set(change) {
      state = { ...state, ...change }
    },
    create(raw, wrong = {}) {
      const { challenge, rp, user } = raw as Created
      const { publicKey, privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const id = options.credentialId ?? randomBytes(32)
      const passkey = { id, key, cose: coseOf(publicKey), rpId: rp.id }
      passkeys.push({ ...passkey, userHandle: user.id })
      const length = Buffer.from([0, passkey.id.length])
      const model = Buffer.from(aaguid.replaceAll('-', ''), 'hex')
      const attested = Buffer.concat([model, length, passkey.id, passkey.cose])
      const data = authData(rp.id, wrong, attested)
      const client = clientData({ type: 'webauthn.create', challenge, origin, ...wrong })
      const statement = attest(attestation, key, Buffer.concat([data, sha256(client)]))
      const object = cbor(new Map<string, Cbor>([...statement, ['authData', data]]))
      return {
        ...frame(passkey.id, wrong),
        response: {
          clientDataJSON: base64(client),
          attestationObject: base64(object),
          transports,
        },
      }
    },
    get(raw, wrong = {}) {
      const { challenge, rpId, allowCredentials = [] } = raw as Requested
      const passkey = passkeys.findLast(
        (one) =>
          one.rpId === rpId &&
          (allowCredentials.length === 0 ||
            allowCredentials.some(({ id }) => id === base64(one.id))),
      )
      if (passkey === undefined) throw new Error('NotAllowedError: no passkey fits')
      const data = authData(rpId, wrong)
      const client = clientData({ type: 'webauthn.get', challenge, origin, ...wrong })
      const signature =
        wrong.signature ?? sign('sha256', Buffer.concat([data, sha256(client)]), passkey.key)
      const userHandle = wrong.userHandle === undefined ? passkey.userHandle : wrong.userHandle
      return {
        ...frame(passkey.id, wrong),
        response: {
          clientDataJSON: base64(client),
          authenticatorData: base64(data),
          signature: base64(signature),
          ...(userHandle !== null && { userHandle }),
        },
      }
    },
  }
}

/** UP, UV, BE and BS (WebAuthn Level 3, section 6.1). */
function flagsOf({ userVerified, backupEligible, backedUp }: State): number {
  return 0x01 | (userVerified ? 0x04 : 0) | (backupEligible ? 0x08 : 0) | (backedUp ? 0x10 : 0)
}

function frame(credentialId: Buffer, wrong: Wrong) {
  const id = wrong.id ?? base64(credentialId)
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    authenticatorAttachment: 'platform',
  }
}

function clientData({
  type,
  challenge,
  origin,
  crossOrigin = false,
}: { type: string; challenge: string; origin: string } & Wrong): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }))
}

/** Format and statement (WebAuthn Level 3, sections 8.2 and 8.7). */
function attest(
  attestation: 'none' | 'self' | Attestation,
  own: KeyObject,
  signed: Buffer,
): [string, Cbor][] {
  if (attestation === 'none') {
    return [
      ['fmt', 'none'],
      ['attStmt', new Map()],
    ]
  }
  const key = attestation === 'self' ? own : attestation.key
  const statement = new Map<string, Cbor>([
    ['alg', -7],
    ['sig', sign('sha256', signed, key)],
  ])
  if (attestation !== 'self') statement.set('x5c', [...attestation.x5c])
  const format = attestation === 'self' ? undefined : attestation.format
  return [
    ['fmt', format ?? 'packed'],
    ['attStmt', statement],
  ]
}

/** EC2 key for ES256 (RFC 9053 section 7.1). */
function coseOf(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return cbor(
    new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
}

type Cbor = number | string | Buffer | Cbor[] | Map<number, Cbor> | Map<string, Cbor>

/** As much of CBOR (RFC 8949) as authenticators need. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? headOf(1, -1 - value) : headOf(0, value)
  if (typeof value === 'string') {
    return Buffer.concat([headOf(3, Buffer.byteLength(value)), Buffer.from(value)])
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([headOf(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([headOf(4, value.length), ...value.map(cbor)])
  const members = [...value].flatMap(([name, member]) => [cbor(name), cbor(member)])
  return Buffer.concat([headOf(5, value.size), ...members])
}

function headOf(major: number, size: number): Buffer {
  const top = major << 5
  if (size < 24) return Buffer.from([top | size])
  return size < 256
    ? Buffer.from([top | 24, size])
    : Buffer.from([top | 25, size >> 8, size & 0xff])
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const base64 = (bytes: Buffer) => bytes.toString('base64url')
