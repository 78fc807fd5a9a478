import { failures } from '../../base/index.ts'

/** What who polls for the answer of a person is told (RFC 8628 section 3.5, CIBA Core section 11). */
export const pollFailures = failures({
  authorization_pending: ['authorization_pending', 400, 'The person has not answered yet.'],
  slow_down: ['slow_down', 400, 'The person has not answered yet; ask less often.'],
  expired_token: ['expired_token', 400, 'The person did not answer in time.'],
})
