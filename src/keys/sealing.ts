import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../base/index.ts'
import { deriveKey, sha256 } from '../base/index.ts'

/** Authenticated encryption of the secrets that the database must keep but must not reveal. */
export type Sealer = {
  /** `context` names the place of the secret; a sealed text moved to another place does not open. */
  readonly seal: (plaintext: Buffer | string, context: string) => string
  readonly open: (sealed: string, context: string) => Buffer
  /** Whether a sealed text was made with the newest master key. */
  readonly isCurrent: (sealed: string) => boolean
}

/** A sealed text that cannot be opened: an operator's problem (a missing key) or an attack; never expected. */
export class SealError extends Error {
  readonly why: 'unknown_key' | 'damaged'

  constructor(why: 'unknown_key' | 'damaged', cause?: unknown) {
    const words = {
      unknown_key: 'A sealed secret was made with a master key that is not configured.',
      damaged: 'A sealed secret was changed, or belongs to another place.',
    }
    super(words[why], { cause })
    this.name = 'SealError'
    this.why = why
  }
}

type SealingKey = { readonly id: string; readonly bytes: Buffer }

const cipher = 'aes-256-gcm'
const version = 'v1'
const nonceBytes = 12 // NIST SP 800-38D section 8.2.2: 96 random bits
const tagBytes = 16
const shortestMasterKey = 32

/** Seals with the first master key and opens with any, so that a master key can be replaced in steps. */
export function createSealer(masterKeys: readonly Buffer[], random: Random): Sealer {
  const keys = masterKeys.map(sealingKey)
  const [current] = keys
  if (!current) throw new Error('At least one master key is needed.')
  return {
    seal: (plaintext, context) => seal(current, random.bytes(nonceBytes), { plaintext, context }),
    open: (sealed, context) => open(keys, sealed, context),
    isCurrent: (sealed) => sealed.startsWith(`${version}.${current.id}.`),
  }
}

/** One independent secret per master key for a purpose such as `refresh-tokens`; the first is current. */
export function deriveSecret(masterKeys: readonly Buffer[], purpose: string): Buffer[] {
  return masterKeys.map((master) => deriveKey(master, purpose))
}

function sealingKey(master: Buffer): SealingKey {
  if (master.length < shortestMasterKey) {
    throw new Error(`A master key must have at least ${shortestMasterKey} bytes.`)
  }
  const bytes = deriveKey(master, 'sealing')
  return { id: sha256(bytes).subarray(0, 6).toString('base64url'), bytes }
}

type Sealing = { readonly plaintext: Buffer | string; readonly context: string }

function seal(key: SealingKey, nonce: Buffer, { plaintext, context }: Sealing): string {
  const sealing = createCipheriv(cipher, key.bytes, nonce, { authTagLength: tagBytes })
  sealing.setAAD(Buffer.from(context))
  const body = [sealing.update(Buffer.from(plaintext)), sealing.final(), sealing.getAuthTag()]
  return [version, key.id, encode(nonce), encode(Buffer.concat(body))].join('.')
}

function open(keys: readonly SealingKey[], sealed: string, context: string): Buffer {
  const [mark, keyId, nonceText, bodyText, ...rest] = sealed.split('.')
  const nonce = decode(nonceText)
  const body = decode(bodyText)
  const sound = mark === version && rest.length === 0 && nonce?.length === nonceBytes
  if (!sound || !body || body.length < tagBytes) throw new SealError('damaged')
  const key = keys.find((candidate) => candidate.id === keyId)
  if (!key) throw new SealError('unknown_key')
  const opening = createDecipheriv(cipher, key.bytes, nonce, { authTagLength: tagBytes })
  opening.setAAD(Buffer.from(context))
  opening.setAuthTag(body.subarray(body.length - tagBytes))
  try {
    return Buffer.concat([opening.update(body.subarray(0, -tagBytes)), opening.final()])
  } catch (cause) {
    throw new SealError('damaged', cause)
  }
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64url')
}

/** Only the canonical text is accepted; Node's own decoder skips what it does not know. */
function decode(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return encode(bytes) === text ? bytes : undefined
}
