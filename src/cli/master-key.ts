import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { secureRandom } from '../base/index.ts'
import type { Config } from '../config.ts'
import type { Sealer } from '../keys/index.ts'
import { createSealer } from '../keys/index.ts'
import { UsageError } from './command.ts'
import { dataDirOf } from './database.ts'

export type MasterKeys = readonly [Buffer, ...Buffer[]]

/**
 * The keys that seal what is stored: from the configuration, or, outside production, one that is made on
 * the first start and kept in the data folder with mode 600. Losing it loses the sealed secrets.
 */
export function masterKeys(config: Config, dataDir: string): MasterKeys {
  const [first, ...rest] = config.secretKey.map((key) => Buffer.from(key, 'base64url'))
  if (first !== undefined) return [first, ...rest]
  if (config.env === 'production')
    throw new UsageError('CARDEA_SECRET_KEY is needed in production.')
  const path = join(dataDir, 'secret.key')
  mkdirSync(dataDir, { recursive: true })
  try {
    writeFileSync(path, `${secureRandom.bytes(32).toString('base64url')}\n`, {
      flag: 'wx',
      mode: 0o600,
    })
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!exists) throw error
  }
  chmodSync(path, 0o600)
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url')
  if (key.length !== 32) throw new UsageError(`${path} does not hold a key of 32 bytes.`)
  return [key]
}

/** What opens and closes the secrets that the server keeps sealed. The keys are read when one has to be. */
export function sealerOf(config: Config): Sealer {
  let made: Sealer | undefined
  const sealer = () => {
    made ??= createSealer(masterKeys(config, dataDirOf(config)), secureRandom)
    return made
  }
  return {
    seal: (plaintext, context) => sealer().seal(plaintext, context),
    open: (sealed, context) => sealer().open(sealed, context),
    isCurrent: (sealed) => sealer().isCurrent(sealed),
  }
}
