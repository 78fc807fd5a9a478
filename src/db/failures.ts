import { failures } from '../base/index.ts'

const catalogue = failures({
  unavailable: [
    'temporarily_unavailable',
    503,
    'The service is temporarily unavailable. Please try again.',
  ],
})

const secondsBeforeRetry = 2

export const dbFailures: typeof catalogue = {
  unavailable: (details) => catalogue.unavailable({ retryAfter: secondsBeforeRetry, ...details }),
}

/** True when the role of this connection may not do what it asked for. */
export function isPermissionDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501'
}

/** True for a violated UNIQUE or PRIMARY KEY constraint; of that name, where one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') return false
  return constraint === undefined || ('constraint' in error && error.constraint === constraint)
}
