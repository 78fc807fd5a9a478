/** Bare signatures of as many bytes as a JWT has, on one thread: `node signature.ts <milliseconds> <which>`. */
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { printRate } from './clock.ts'

const bytes = randomBytes(400)
const [, , ms, which = ''] = process.argv

function es256() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const dsaEncoding = 'ieee-p1363'
  const signature = sign('sha256', bytes, { key: privateKey, dsaEncoding })
  return {
    sign: () => void sign('sha256', bytes, { key: privateKey, dsaEncoding }),
    verify: () => expectTrue(verify('sha256', bytes, { key: publicKey, dsaEncoding }, signature)),
  }
}

function rs256() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signature = sign('sha256', bytes, privateKey)
  return {
    sign: () => void sign('sha256', bytes, privateKey),
    verify: () => expectTrue(verify('sha256', bytes, publicKey, signature)),
  }
}

function expectTrue(good: boolean): void {
  if (!good) throw new Error('the signature is not good')
}

const [name, what] = which.split('-')
const work = (name === 'rs256' ? rs256() : es256())[what === 'verify' ? 'verify' : 'sign']
await printRate(Number(ms), 1, async () => work())
