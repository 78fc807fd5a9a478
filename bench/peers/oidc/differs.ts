import type { Target } from '../../target.ts'

export const differs: Record<'memory' | 'postgres', Target['differs']> = {
  memory: {},
  postgres: {},
}
