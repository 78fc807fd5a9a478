import { type Failure, failures } from '../base/index.ts'
import { longestWait, rateHeaders, type Verdict } from './verdict.ts'

const catalogue = failures({
  too_many_requests: [
    'too_many_requests', // RFC 6585 section 4
    429,
    'Too many attempts. Please wait and try again.',
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
  /** An account must be left alone for some seconds. */
  too_soon: (retryAfter: number): Failure =>
    catalogue.too_many_requests({ retryAfter, log: { limits: ['delay'] } }),
}
