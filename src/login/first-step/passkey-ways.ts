import { html } from 'ghtml'
import { passkeyForm } from '../../http/index.ts'
import { allows, signInOptions } from '../../mfa/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Desk, Exchange } from '../page-form.ts'
import type { LoginPageProps } from '../views/login-page.ts'

/** What the sign-in does with passkeys: takes them in place of the password, or finds out whether to offer one. */
export async function passkeyWays(
  needs: LoginNeeds,
  { request, reply }: Exchange,
  { t, action, hidden }: Pick<Desk, 't' | 'action' | 'hidden'>,
): Promise<Pick<LoginPageProps, 'passkeyForm' | 'detect'>> {
  const { policy } = await needs.mfa.policy.current()
  if (needs.mfa.relyingParty === undefined || !allows(policy, 'passkey')) return {}
  const { passkey: script } = needs.assets
  const { first_factor: replacesPassword, offer } = policy.passkeys
  if (!replacesPassword) return offer ? { detect: script } : {}
  const form = passkeyForm({
    t,
    hidden,
    script,
    mode: 'sign-in',
    action: action('/login/passkey'),
    options: await signInOptions(needs.mfa, needs.cookies.browser(request, reply)),
    label: t('Sign in with a passkey'),
    id: 'passkey-submit',
    kind: 'secondary',
    // The box of the password form counts for both.
    extra: html`<input type="hidden" name="remember" value="" data-copies="remember">`,
  })
  return { passkeyForm: form, detect: script }
}
