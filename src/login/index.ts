/**
 * login: the hosted pages of signing in, consent and signing out with their one dispatcher, and those of
 * registration, recovery, the codes of devices and the links of letters.
 * Owns `/`, `/login` with the second step and setting up factors on the way, `/login/choose`, `/consent`, `/device`,
 * `/logout`, `/register`, `/forgot-password`, `/reset-password`, `/recover-factors`, `/email/confirm` and
 * `/reactivate`, and the keys `sign-up-flow:*` and `sign-in:*` of the soft state. Promises that every page works
 * without JavaScript (passkeys apart, which need it), that a form is honoured only in the browser it was shown
 * to, that steps never lead to one another but all come back to `continue.ts`, that a link is used up by a form
 * and never by being followed, and that every password goes through the limits first. Never speaks OAuth.
 */

export { admitPublic, admitWorthy, proofsOf } from './admission/admit-public.ts'
export { puzzleFor } from './admission/challenge.ts'
export type { FactorAttempt, ProveFactorNeeds } from './admission/prove-factor.ts'
export { proveFactor } from './admission/prove-factor.ts'
export type { PasskeyJudgement } from './admission/prove-passkey.ts'
export { provePasskey } from './admission/prove-passkey.ts'
export type { ClientAttempt, PasswordAttempt, ProveNeeds } from './admission/prove-password.ts'
export { proveByClient, provePassword } from './admission/prove-password.ts'
export type { Arriving, Assessment } from './arrival/assess.ts'
export { assess } from './arrival/assess.ts'
export type { Waiting } from './arrival/waiting.ts'
export {
  inVain,
  keepWaiting,
  readWaiting,
  takeWaiting,
  waitingLifetime,
} from './arrival/waiting.ts'
export { visible } from './detail-lines.ts'
export type { LoginNeeds } from './needs.ts'
export { attempted, headersOf } from './refusal.ts'
export { confirmPath, loginPath, returnPath } from './return-path.ts'
export { loginRoutes } from './routes.ts'
export type { ResourceLookup } from './resource-words.ts'
export { readResources } from './resource-words.ts'
export { scopeWords } from './scope-words.ts'
export type { BackupCodesBlockProps } from './second-step/views/backup-codes-block.ts'
export { backupCodesBlock } from './second-step/views/backup-codes-block.ts'
export type { FactorPageProps } from './second-step/views/factor-page.ts'
export { factorPage } from './second-step/views/factor-page.ts'
export type { TotpSetupProps } from './second-step/views/totp-setup.ts'
export { totpSetup } from './second-step/views/totp-setup.ts'
export type { SignUpPageNeeds } from './sign-up/needs.ts'
export { signUpPageRoutes } from './sign-up/routes.ts'
export type { Visits } from './visit.ts'
export { createVisits } from './visit.ts'
