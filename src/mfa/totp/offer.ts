import { TOTP } from 'otpauth'
import { renderSVG } from 'uqr'
import type { Offer } from '../factor.ts'
import { algorithm, digits, period, secretOf } from './code.ts'

type Authenticator = {
  readonly id: string
  readonly secret: Buffer
  /** The address of this server. */
  readonly issuer: string
  readonly username: string
}

/** Modules of white around the image (ISO/IEC 18004 section 9.1), so that it can be read on dark pages. */
const quietZone = 4

/** What an authenticator app needs, as a picture, a link and a text to type. */
export function offerOf({ id, secret, issuer, username }: Authenticator): Offer {
  const key = secretOf(secret)
  // Without the port: neither name may have a colon in the Key URI Format.
  const { hostname } = new URL(issuer)
  const names = { issuer: hostname, label: username }
  const uri = new TOTP({ ...names, secret: key, algorithm, digits, period }).toString()
  const qr = renderSVG(uri, { ecc: 'M', border: quietZone, pixelSize: 1 })
  return { kind: 'totp', id, secret: inGroups(key.base32), uri, qr }
}

function inGroups(text: string): string {
  return text.match(/.{1,4}/g)?.join(' ') ?? ''
}
