import type { Page } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import { choicePage } from './choice-page.ts'
import { codesPage } from './codes-page.ts'
import { factorPage } from './factor-page.ts'
import { helpPage } from './help-page.ts'
import { emailSetupPage, totpSetupPage } from './setup-pages.ts'

/** The pages of the second step, with the same text in every prop. */
export function secondStepPages(t: Translate, text: string): Record<string, Page> {
  const form = { t, action: text, hidden: { csrf: text, [text]: text }, error: text, backUrl: text }
  const others = [{ kind: 'backup_code', href: text }] as const
  const factor = { ...form, label: text, id: 'mfa-submit', sendAction: text, sentTo: text, others }
  const asked = {
    ...factor,
    remember: '',
    last: { href: text, words: text },
  }
  const qr = '<svg viewBox="0 0 1 1"></svg>'
  const offer = { kind: 'totp', id: text, secret: text, uri: text, qr } as const
  const choice = { ...form, totpAction: text, emailAction: text }
  return {
    'second step with an app': factorPage({ ...asked, kind: 'totp' }),
    'second step by email': factorPage({ ...asked, kind: 'email_code' }),
    'second step with a backup code': factorPage({ ...asked, kind: 'backup_code', others: [] }),
    'help with the second step': helpPage({ t, backUrl: text, startUrl: text }),
    'choice of a factor': choicePage({ ...choice, later: { action: text, until: text } }),
    'factor that is due': choicePage(choice),
    'app to set up': totpSetupPage({ ...form, offer, name: text }),
    'app to set up again': totpSetupPage({ ...form, offer: { id: text } }),
    'mailed codes to set up': emailSetupPage({ ...form, sentTo: text }),
    'backup codes': codesPage({
      t,
      codes: [text],
      username: text,
      host: text,
      until: text,
      nextUrl: text,
    }),
  }
}
