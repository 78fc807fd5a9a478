import type { AccessBook } from '../access/index.ts'
import type { GuardNeeds } from '../account/index.ts'

export type EvaluationNeeds = GuardNeeds & {
  readonly access: AccessBook
  readonly countDecision: (outcome: 'allowed' | 'denied' | 'error') => void
}
