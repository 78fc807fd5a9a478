import type { Page } from '../../http/page/page.ts'
import type { Translate } from '../../i18n/index.ts'
import { recoverFactorsPage } from '../recovery/factors-page.ts'
import { codePage } from './code-page.ts'
import {
  confirmEmailPage,
  confirmRegistrationPage,
  emailConfirmedPage,
  reactivatePage,
} from './confirm-pages.ts'
import {
  invalidEmailPage,
  invalidFactorRecoveryPage,
  invalidInvitationPage,
  invalidReactivationPage,
  invalidRecoveryPage,
  invalidRegistrationPage,
  invitationNeededPage,
  registrationClosedPage,
} from './dead-ends.ts'
import { forgotPage, forgotSentPage } from './forgot-page.ts'
import { registerPage } from './register-page.ts'
import { resetPage } from './reset-page.ts'

/** The pages for people who are not signed in, with the same text in every prop. */
export function outsidePages(t: Translate, text: string): Record<string, Page> {
  const form = { t, action: text, hidden: { csrf: text, [text]: text } }
  const urls = { t, loginUrl: text, registerUrl: text, forgotUrl: text, accountUrl: text }
  const person = { username: text, email: text, name: text }
  const register = {
    ...form,
    clientName: text,
    emailOptional: true,
    values: person,
    errors: { ...person, password: text, accepted_terms: text, form: text },
    terms: { version: text, url: text, privacyUrl: text, accepted: true },
    minLength: 12,
    loginUrl: text,
  }
  return {
    register: registerPage(register),
    'register with an invitation': registerPage({ ...register, invitedEmail: text, errors: {} }),
    'check your mail': codePage({ ...form, failed: true, registerUrl: text }),
    'confirm registration': confirmRegistrationPage({
      ...form,
      ...person,
      askPassword: true,
      failed: true,
    }),
    'confirm email': confirmEmailPage({ ...form, email: text }),
    'recover factors': recoverFactorsPage({ ...form, ...urls, username: text, error: text }),
    'invalid factor recovery': invalidFactorRecoveryPage(urls),
    'email confirmed': emailConfirmedPage(urls),
    reactivate: reactivatePage({ ...form, username: text, deletedAfter: text }),
    forgot: forgotPage({ ...form, identifier: text, error: text, loginUrl: text }),
    'forgot, sent': forgotSentPage({ ...urls, minutes: 30 }),
    reset: resetPage({ ...form, ...person, error: text, keepSessions: true, minLength: 12 }),
    'registration closed': registrationClosedPage(urls),
    'invitation needed': invitationNeededPage(urls),
    'invalid invitation': invalidInvitationPage(urls),
    'invalid registration': invalidRegistrationPage(urls),
    'invalid recovery': invalidRecoveryPage(urls),
    'invalid email': invalidEmailPage(urls),
    'invalid reactivation': invalidReactivationPage(urls),
  }
}
