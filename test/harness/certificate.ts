import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'

/** In PEM. */
export type Certificate = { readonly key: string; readonly cert: string }

/** A new certificate of localhost and 127.0.0.1 that has signed itself (RFC 5280), good for a day. */
export function makeCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Two authorities of one name would be taken for each other.
  const commonName = Buffer.from(`test ${randomBytes(8).toString('hex')}`)
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, commonName))))
  const hour = 3_600_000
  const validity = sequence(time(Date.now() - hour), time(Date.now() + 24 * hour))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(authority, alternativeNames)),
  )
  const signature = createSign('sha256').update(body).sign(privateKey)
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').replaceAll(/(.{64})/g, '$1\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

/** One value of ASN.1 in the distinguished encoding (X.690). */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts)
}

export function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

/** UTCTime: YYMMDDHHMMSSZ. */
export function time(millis: number): Buffer {
  const digits = new Date(millis).toISOString().replaceAll(/[^\d]/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

export const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))

/** basicConstraints: it may be trusted as its own authority. */
const authority = sequence(oid('551d13'), der(0x04, sequence(der(0x01, Buffer.from([0xff])))))

const alternativeNames = sequence(
  oid('551d11'),
  der(0x04, sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))),
)
