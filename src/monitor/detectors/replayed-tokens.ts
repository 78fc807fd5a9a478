import { spotting } from '../detector.ts'
import { finding } from '../event.ts'

/** A refresh token was used again (RFC 9700 section 4.14.2): it was stolen, or a client is broken. */
export const refreshTokenReuse = spotting(
  'refresh_token_reuse',
  ['refresh_token.reuse'],
  (record) => finding(record, 'refresh_token_reuse'),
)

/** An authorization code was used again (RFC 6749 section 4.1.2). */
export const codeReplay = spotting('code_replay', ['authorization_code.replay'], (record) =>
  finding(record, 'code_replay'),
)
