import { type Failure, failures } from '../base/index.ts'
import { longestWait, rateHeaders, type Verdict } from './verdict.ts'

const catalogue = failures({
  too_many_requests: [
    'too_many_requests', // RFC 6585 section 4
    429,
    'Too many attempts. Please wait and try again.',
  ],
  challenge_required: [
    'challenge_required',
    403,
    'Your browser must do a short computation first. Please send the form again.',
  ],
})

export const limitFailures = {
  /** One of these limits refuses. */
  too_many: (verdicts: readonly Verdict[]): Failure =>
    catalogue.too_many_requests({
      retryAfter: longestWait(verdicts),
      headers: rateHeaders(verdicts),
      log: { limits: verdicts.filter(({ allowed }) => !allowed).map(({ name }) => name) },
    }),
  /** A proof of work is missing or worth nothing. */
  challenge_required: (why: string): Failure =>
    catalogue.challenge_required({ log: { challenge: why } }),
  /** An account must be left alone for some seconds. */
  too_soon: (retryAfter: number): Failure =>
    catalogue.too_many_requests({ retryAfter, log: { limits: ['delay'] } }),
}
