import { failures } from '../base/index.ts'

export const evaluationFailures = failures({
  foreign_token: [
    'invalid_request',
    400,
    'The page token does not belong to this search. Repeat the search without it.',
  ],
})
