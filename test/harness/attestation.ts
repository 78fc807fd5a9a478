import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { Attestation } from './authenticator.ts'

/** A maker of authenticators: a root, and certificates that vouch for a model (WebAuthn Level 3, 8.2.1). */
export type Maker = { readonly root: string; readonly attestation: Attestation }

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

/** Root, intermediate and leaf, good from an hour ago until tomorrow unless told otherwise. */
export function createMaker({ until = Date.now() + 86_400_000 } = {}): Maker {
  const [root, middle, leaf] = [newPair(), newPair(), newPair()]
  const maker = randomBytes(4).toString('hex')
  const rootName = nameOf(`Root ${maker}`, 'Roots')
  const middleName = nameOf(`Middle ${maker}`, 'Middle')
  const leafName = nameOf(`Leaf ${maker}`, 'Authenticator Attestation')
  const issue = (issuer: Buffer, subject: Buffer, pairs: [Pair, Pair], ca: boolean) =>
    certificate({ issuer, subject, signer: pairs[0], owner: pairs[1], ca, until })
  const rootCertificate = issue(rootName, rootName, [root, root], true)
  return {
    root: `-----BEGIN CERTIFICATE-----\n${rootCertificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    attestation: {
      key: leaf.privateKey,
      x5c: [
        issue(middleName, leafName, [middle, leaf], false),
        issue(rootName, middleName, [root, middle], true),
      ],
    },
  }
}

const newPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

type Facts = {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly signer: Pair
  readonly owner: Pair
  readonly ca: boolean
  readonly until: number
}

/** RFC 5280, signed by ECDSA with SHA-256. */
function certificate({ issuer, subject, signer, owner, ca, until }: Facts): Buffer {
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const constraints = sequence(ca ? der(0x01, Buffer.from([0xff])) : Buffer.alloc(0))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.from([1, ...randomBytes(4)])),
    algorithm,
    issuer,
    sequence(time(until - 2 * 86_400_000), time(until)),
    subject,
    owner.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(oid('551d13'), der(0x04, constraints)))),
  )
  const signature = sign('sha256', body, signer.privateKey)
  return sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
}

/** Country, organisation, unit and common name, as an attestation certificate must have them. */
function nameOf(commonName: string, unit: string): Buffer {
  const parts = [
    ['550406', 'DE', 0x13],
    ['55040a', 'Cardea tests', 0x0c],
    ['55040b', unit, 0x0c],
    ['550403', commonName, 0x0c],
  ] as const
  const sets = parts.map(([id, text, tag]) =>
    der(0x31, sequence(oid(id), der(tag, Buffer.from(text)))),
  )
  return sequence(...sets)
}

/** One value of ASN.1 in the distinguished encoding (X.690). */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))

/** UTCTime: YYMMDDHHMMSSZ. */
function time(millis: number): Buffer {
  const digits = new Date(millis).toISOString().replaceAll(/[^\d]/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}
