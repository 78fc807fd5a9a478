import type { CryptoKey, JWK } from 'jose'
import type { Clock } from '../base/index.ts'
import { encryptionAlgorithms, isEncryption } from './algorithm.ts'
import { isPublished, keyState } from './key-schedule.ts'
import type { Sealer } from './sealing.ts'
import type { DecryptionKey, EncryptionRecord, KeyRecord } from './signing-key.ts'
import { importDecryptionKey } from './signing-key.ts'

type Needs = {
  readonly clock: Clock
  readonly sealer: Sealer
  readonly log?: { readonly error: (facts: object, words: string) => void }
}

export type JweHeader = { readonly kid?: string | undefined; readonly alg: string }

/** The keys in memory that others encrypt to: only the current ones are published, all that live open. */
export type DecryptionKeys = {
  readonly take: (records: readonly KeyRecord[]) => Promise<void>
  readonly published: () => JWK[]
  readonly decrypting: (header: JweHeader) => Promise<readonly CryptoKey[]>
}

type Held = { readonly record: EncryptionRecord; readonly key: DecryptionKey }

export function createDecryptionKeys(needs: Needs): DecryptionKeys {
  let held: readonly Held[] = []
  return {
    async take(records) {
      const known = new Map(held.map(({ record, key }) => [record.kid, key]))
      const wanted = records.filter(isEncryptionRecord)
      const opened = wanted.map((record) => open(needs, record, known.get(record.kid)))
      held = (await Promise.all(opened)).flatMap((entry) => entry ?? [])
    },
    published: () => {
      const now = needs.clock.now()
      const current = held.filter(({ record }) => keyState(record, now) === 'signing')
      // What retires is published no more, so that nobody begins to use it.
      return current.map(({ key }) => key.jwk)
    },
    async decrypting({ kid, alg }) {
      const family = encryptionAlgorithms.find((one) => alg === one || alg.startsWith(`${one}+`))
      const now = needs.clock.now()
      return held
        .filter(({ record }) => record.alg === family && isPublished(record, now))
        .filter(({ record }) => kid === undefined || record.kid === kid)
        .map(({ key }) => key.privateKey)
    },
  }
}

function isEncryptionRecord(record: KeyRecord): record is EncryptionRecord {
  return isEncryption(record.alg)
}

/** One that no master key opens cannot be used, and must not keep the server from starting. */
async function open(
  { sealer, log }: Needs,
  record: EncryptionRecord,
  before: DecryptionKey | undefined,
): Promise<Held | undefined> {
  try {
    return { record, key: before ?? (await importDecryptionKey(sealer, record)) }
  } catch (err) {
    log?.error({ err, kid: record.kid }, 'a key for encryption cannot be opened')
    return undefined
  }
}
