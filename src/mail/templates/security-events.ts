import type { Translate } from '../../i18n/index.ts'
import type { Compose } from '../render/draft.ts'
import { greeting, moment, note, text } from './parts.ts'

/** To administrators: something deserves their attention. */
export const securityEvent: Compose<'security-event'> = (values, t) => {
  const rows = [
    [t('What'), kindWords(t, values.kind)],
    [t('Severity'), severityWords(t, values.severity)],
    [t('About'), values.subject],
    [t('Done by'), values.actor],
    [t('When'), moment(t, values.at)],
    [t('IP address'), values.ip],
    [t('Event'), values.event],
    [t('Service'), values.issuer],
  ] as const
  return {
    subject: `${t('Security event')}: ${kindWords(t, values.kind)}`,
    blocks: [
      greeting(t, values.username),
      text(t('Something happened that deserves your attention:')),
      { kind: 'facts', rows: rows.filter(([, value]) => value !== '') },
      text(
        t(
          'If the same happens again soon, there is no further letter. The list of security events of the administration API has all of them.',
        ),
      ),
      note(
        t(
          'If you do not know why this happened, look into it now. Acknowledge the event there afterwards.',
        ),
      ),
    ],
  }
}

function severityWords(t: Translate, severity: string): string {
  if (severity === 'critical') return t('Critical')
  return severity === 'warning' ? t('Warning') : t('Information')
}

function kindWords(t: Translate, kind: string): string {
  const words: Readonly<Record<string, () => string>> = {
    credential_stuffing: () => t('One network tries the passwords of many accounts'),
    account_failures: () => t('Many wrong passwords for one account'),
    factor_failures: () => t('Many wrong second factors after a right password'),
    refresh_token_reuse: () => t('A refresh token was used twice'),
    code_replay: () => t('An authorization code was used twice'),
    impossible_travel: () => t('Two sign-ins too far apart for the time between them'),
    privilege_given: () => t('Somebody got rights over Cardea'),
    owner_given: () => t('There is a new owner'),
    role_widened: () => t('A role got further rights over Cardea'),
    mfa_policy_weakened: () => t('The policy of second factors asks for less than before'),
    impersonation: () => t('An administrator acts in the account of somebody else'),
    emergency_requested: () => t('Emergency access was asked for'),
    emergency_approved: () => t('Emergency access was approved'),
    emergency_used: () => t('Emergency access was used'),
    mass_removal: () => t('One administrator removes many accounts'),
    audit_chain_broken: () => t('The audit log was changed'),
    signing_key_replaced: () => t('A signing key was replaced at once'),
  }
  return words[kind]?.() ?? kind
}
