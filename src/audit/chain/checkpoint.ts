import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose'
import type { Batch, ChainKeys } from './batch.ts'
import { checkpointOf, checkSeal, pinnedText } from './batch.ts'
import type { PinnedKey } from './store.ts'

/** A statement in the name of the installation, with the key that verifies it. */
export type Signed = { readonly jws: string; readonly kid: string; readonly publicJwk: object }
export type Sign = (payload: string) => Promise<Signed>

/** What a checkpoint says to somebody outside; the members are no claims, so it is no token. */
export function statement(issuer: string, batch: Omit<Batch, 'mac' | 'keyId'>): string {
  const { number, toSeq, createdAt } = batch
  const checkpoint = checkpointOf(batch)
  return JSON.stringify({ log: issuer, number, seq: toSeq, checkpoint, at: createdAt })
}

/** `12.mEq...` or the signed form of it; undefined for anything else. */
export function parseCheckpoint(text: string): { number: number; checkpoint: string } | undefined {
  const plain = text.startsWith('ey') ? payloadOf(text) : text
  const number = /^(\d{1,15})\.[\w-]{43}$/.exec(plain)?.[1]
  return number === undefined ? undefined : { number: Number(number), checkpoint: plain }
}

function payloadOf(jws: string): string {
  try {
    const text = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()
    return String(JSON.parse(text).checkpoint)
  } catch {
    return ''
  }
}

/** Says what is wrong with the signed checkpoint of a batch; undefined when nothing is. */
export async function checkCheckpoint(
  { keys, pinned }: { readonly keys: ChainKeys; readonly pinned: readonly PinnedKey[] },
  batch: Batch & { readonly checkpoint: string },
): Promise<string | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(batch.checkpoint, async ({ kid }) => {
      const key = pinned.find((candidate) => candidate.kid === kid)
      if (key === undefined) throw new Error('its key is not known')
      if (checkSeal(keys, pinnedText(key.kid), key) === 'bad') throw new Error('its key is forged')
      if ((await calculateJwkThumbprint(key.publicJwk)) !== key.kid) {
        throw new Error('its key is not what its id says')
      }
      return importJWK({ ...key.publicJwk }, 'ES256')
    })
    if (protectedHeader.typ !== 'audit-checkpoint') return 'it is something else'
    const { checkpoint } = JSON.parse(Buffer.from(payload).toString())
    return checkpoint === checkpointOf(batch) ? undefined : 'it tells of another digest'
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read'
  }
}
