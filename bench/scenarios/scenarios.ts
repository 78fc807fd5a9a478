import { es256Tokens, opaqueTokens, rs256Tokens } from './client-credentials.ts'
import { code } from './code.ts'
import { device } from './device.ts'
import { jwtIntrospection, opaqueIntrospection } from './introspection.ts'
import { decision, login, loginAndCode, registration } from './login.ts'
import { pushedDpop } from './pushed-dpop.ts'
import { refresh } from './refresh.ts'
import type { Scenario } from './scenario.ts'
import { tokenExchange } from './token-exchange.ts'
import { userinfo } from './userinfo.ts'

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  es256Tokens,
  rs256Tokens,
  opaqueTokens,
  jwtIntrospection,
  opaqueIntrospection,
  userinfo,
  code,
  refresh,
  pushedDpop,
  device,
  tokenExchange,
  login,
  loginAndCode,
  registration,
  decision,
]
