import { decodeProtectedHeader } from 'jose'
import type { Queries } from '../../db/index.ts'
import { checkpointOf } from './batch.ts'
import { selectCheckpoints, selectPinnedKeys } from './store.ts'

/** A checkpoint with what it takes to verify it. */
export type CertifiedCheckpoint = {
  readonly number: number
  readonly toSeq: number
  readonly checkpoint: string
  readonly sealedAt: Date
  readonly jws: string
  readonly publicJwk: object | undefined
}

/** Signed checkpoints, newest first, of batches before a number. */
export async function listCheckpoints(
  db: Queries,
  before: number | null,
  limit: number,
): Promise<CertifiedCheckpoint[]> {
  const [stored, keys] = await Promise.all([
    selectCheckpoints(db, before, limit),
    selectPinnedKeys(db),
  ])
  return stored.map(({ number, toSeq, digest, checkpoint: jws, createdAt: sealedAt }) => {
    const { kid } = decodeProtectedHeader(jws)
    const publicJwk = keys.find((key) => key.kid === kid)?.publicJwk
    return { number, toSeq, checkpoint: checkpointOf({ number, digest }), sealedAt, jws, publicJwk }
  })
}
