import type { KeyObject } from 'node:crypto'
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { Certificate } from './certificate.ts'
import { der, ecdsaWithSha256, oid, sequence, time } from './certificate.ts'

/** A certificate that may itself issue some. */
export type Issued = Certificate & {
  readonly raw: Buffer
  readonly name: Buffer
  readonly privateKey: KeyObject
}

/** Attributes of a subject by the hexadecimal form of their identifiers. */
export const attributes = {
  CN: '550403',
  C: '550406',
  O: '55040a',
  OU: '55040b',
  UID: '0992268993f22c640101',
  organizationIdentifier: '550461',
} as const

type Attribute = keyof typeof attributes

type Wish = {
  /** The first one first; attributes of one list make one relative name. */
  readonly subject: readonly (readonly (readonly [Attribute, string])[])[]
  /** It signs itself without. */
  readonly issuer?: Issued
  readonly isAuthority?: boolean
  readonly names?: {
    readonly dns?: string
    readonly uri?: string
    readonly ip?: string
    readonly email?: string
  }
  /** Object identifiers of extKeyUsage, in hexadecimal. */
  readonly uses?: readonly string[]
  /** Its key, in place of a new one. */
  readonly keys?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  readonly from?: Date
  readonly to?: Date
}

export const clientAuth = '2b06010505070302'
export const serverAuth = '2b06010505070301'

/** A certificate (RFC 5280), for a new key where none is given. */
export function issueCertificate(wish: Wish): Issued {
  const { publicKey, privateKey } = wish.keys ?? generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(
    ...wish.subject.map((one) =>
      der(
        0x31,
        ...one.map(([type, text]) => sequence(oid(attributes[type]), der(0x0c, Buffer.from(text)))),
      ),
    ),
  )
  const { issuer = { name, privateKey } } = wish
  const hour = 3_600_000
  const from = wish.from?.getTime() ?? Date.now() - hour
  const to = wish.to?.getTime() ?? Date.now() + 24 * hour
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    issuer.name,
    sequence(time(from), time(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...extensions(wish),
  )
  const signature = createSign('sha256').update(body).sign(issuer.privateKey)
  const raw = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const lines = raw.toString('base64').replaceAll(/(.{64})/g, '$1\n')
  return {
    raw,
    name,
    privateKey,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

function extensions({ isAuthority, names, uses }: Wish): Buffer[] {
  const all = [
    ...(isAuthority === true
      ? [sequence(oid('551d13'), der(0x04, sequence(der(0x01, Buffer.from([0xff])))))]
      : []),
    ...(names ? [sequence(oid('551d11'), der(0x04, sequence(...generalNames(names))))] : []),
    ...(uses ? [sequence(oid('551d25'), der(0x04, sequence(...uses.map(oid))))] : []),
  ]
  return all.length === 0 ? [] : [der(0xa3, sequence(...all))]
}

/** RFC 5280 section 4.2.1.6. */
function generalNames({ dns, uri, ip, email }: NonNullable<Wish['names']>): Buffer[] {
  const text = (tag: number, value: string | undefined) =>
    value === undefined ? [] : [der(tag, Buffer.from(value))]
  const address = ip === undefined ? [] : [der(0x87, addressBytes(ip))]
  return [...text(0x81, email), ...text(0x82, dns), ...text(0x86, uri), ...address]
}

/** Of IPv6 only the full form. */
function addressBytes(ip: string): Buffer {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number))
  return Buffer.from(
    ip
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  )
}
