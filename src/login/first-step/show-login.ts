import type { Failure } from '../../base/index.ts'
import type { Flow } from '../../flow/index.ts'
import { consentQuestion } from '../../flow/index.ts'
import type { Reply } from '../../http/index.ts'
import type { Words } from '../../i18n/index.ts'
import { puzzleFor } from '../admission/challenge.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf } from '../page-form.ts'
import { headersOf } from '../refusal.ts'
import { returnPath } from '../return-path.ts'
import { loginPage } from '../views/login-page.ts'
import { passkeyWays } from './passkey-ways.ts'

/** What another page may have said here, by name: the words never come from the address. */
const notices: ReadonlyMap<string, Words> = new Map([
  ['password-changed', 'Your password is changed. Sign in with it.'],
  ['account-back', 'Your account is back. Sign in as before.'],
  ['factors-reset', 'Your second factors are gone. Sign in to set up new ones.'],
])

export type LoginState = {
  readonly identifier?: string | undefined
  readonly notice?: string | undefined
  readonly remember?: boolean
  /** The page of the account to come back to. */
  readonly back?: string | undefined
  readonly refusal?: Failure
}

/** The page of the sign-in, as it is asked for or after a refusal. */
export async function showLogin(
  needs: LoginNeeds,
  exchange: Exchange,
  flow: Flow | undefined,
  { identifier = '', notice = '', remember = false, back, refusal }: LoginState,
): Promise<Reply> {
  const { client } = flow ? await consentQuestion(needs, flow, undefined) : { client: undefined }
  const { t, hidden, action, link, send } = deskOf(needs, exchange, flow)
  const said = notices.get(notice)
  const puzzle = await puzzleFor(needs, exchange.request)
  const hiddenHere = { ...hidden, ...(back !== undefined && { return: returnPath(back) }) }
  const ways = await passkeyWays(needs, exchange, { t, action, hidden: hiddenHere })
  const page = loginPage({
    ...ways,
    t,
    action: action('/login'),
    hidden: hiddenHere,
    clientName: client?.name,
    identifier,
    remember,
    ...(said !== undefined && { notice: t(said) }),
    ...(refusal && { error: t.any(refusal.kind.words) }),
    puzzle,
    forgotUrl: link('/forgot-password'),
    ...(needs.signUp.mode === 'open' && { registerUrl: link('/register') }),
  })
  exchange.reply.headers(headersOf(refusal))
  const script = puzzle !== undefined || ways.detect !== undefined
  return send(page, { status: refusal?.kind.status ?? 200, script })
}
