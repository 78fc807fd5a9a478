import type { Target } from '../../target.ts'

export const differs: Target['differs'] = {}
