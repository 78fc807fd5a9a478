import { comparisonKey } from '../base/index.ts'
import { addressKey } from './network.ts'

/** The settings behind the limits: the section `limits` and `mail.perRecipientHourly`. */
export type LimitPoints = {
  readonly loginPerAddress: number
  readonly publicPerAddress: number
  readonly recoveryPerAccount: number
  readonly global: number
  readonly clientFailures: number
  readonly factorFailures: number
  readonly perRecipientHourly: number
}

type Part = keyof typeof readPart

type Row = {
  readonly points: keyof LimitPoints
  readonly seconds: number
  /** What is counted together. */
  readonly parts: readonly Part[]
}

/** Every limit. Of `client` and `factor` only failures are consumed; whoever asks beforehand peeks. */
export const limitTable = {
  login: { points: 'loginPerAddress', seconds: 60, parts: ['ip'] },
  public: { points: 'publicPerAddress', seconds: 600, parts: ['ip'] },
  recovery: { points: 'recoveryPerAccount', seconds: 3600, parts: ['account'] },
  global: { points: 'global', seconds: 60, parts: [] },
  client: { points: 'clientFailures', seconds: 60, parts: ['client', 'ip'] },
  factor: { points: 'factorFailures', seconds: 86_400, parts: ['account'] },
  mail: { points: 'perRecipientHourly', seconds: 3600, parts: ['recipient'] },
} as const satisfies Readonly<Record<string, Row>>

export type LimitName = keyof typeof limitTable

/** What a limit wants to know of the one who tries. */
export type LimitKey<Name extends LimitName> = {
  readonly [P in (typeof limitTable)[Name]['parts'][number]]: string
}

/** One limit and whom it is asked about: `['login', { ip }]`. */
export type LimitCheck = {
  readonly [Name in LimitName]: readonly [name: Name, key: LimitKey<Name>]
}[LimitName]

/** The form in which a part is counted, so that a different spelling is no different person. */
const readPart = {
  ip: addressKey,
  account: comparisonKey,
  recipient: comparisonKey,
  client: (id: string) => id,
}

/** The parts of a key in the order of the table. */
export function countedParts(
  name: LimitName,
  key: Readonly<Partial<Record<Part, string>>>,
): string[] {
  const parts: readonly Part[] = limitTable[name].parts
  return parts.map((part) => readPart[part](key[part] ?? ''))
}
