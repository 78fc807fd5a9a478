import { readFileSync } from 'node:fs'
import type { FirebaseParameters } from '../../identity/index.ts'
import type { Option, Values } from '../command.ts'
import { text, UsageError } from '../command.ts'

export const firebaseOptions: Readonly<Record<string, Option>> = {
  'firebase-signer-key-file': {
    type: 'string',
    help: 'file with base64_signer_key of the Firebase project',
  },
  'firebase-salt-separator': { type: 'string', help: 'its base64_salt_separator (default Bw==)' },
  'firebase-rounds': { type: 'string', help: 'its rounds (default 8)' },
  'firebase-mem-cost': { type: 'string', help: 'its mem_cost (default 14)' },
}

/** From a file, because arguments are seen by everybody on the machine. */
export function firebaseParameters(values: Values): FirebaseParameters | undefined {
  const path = text(values, 'firebase-signer-key-file')
  if (path === undefined) return undefined
  const signerKey = readFileSync(path, 'utf8').trim()
  if (!/^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(signerKey)) {
    throw new UsageError('--firebase-signer-key-file does not hold a key in Base64.')
  }
  return {
    signerKey,
    saltSeparator: text(values, 'firebase-salt-separator') ?? 'Bw==',
    rounds: smallNumber(values, 'firebase-rounds', 8),
    memCost: smallNumber(values, 'firebase-mem-cost', 14),
  }
}

function smallNumber(values: Values, name: string, usual: number): number {
  const told = text(values, name) ?? String(usual)
  if (!/^[1-9]\d?$/.test(told)) throw new UsageError(`--${name} must be a number from 1 to 99.`)
  return Number(told)
}
