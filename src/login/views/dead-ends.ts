import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

type Door = { readonly href: string; readonly label: string }

type DeadEnd = {
  readonly title: string
  readonly words: string
  /** What to do now, the best first. */
  readonly doors: readonly Door[]
}

/** A page on which nothing can be done, and where to go instead. */
function deadEnd(t: Translate, { title, words, doors }: DeadEnd): Page {
  const links = doors.map(
    ({ href, label }, index) =>
      html`<a class="button ${index === 0 ? 'primary' : 'secondary'}" href="${href}">${label}</a>`,
  )
  return {
    lang: t.locale,
    title,
    body: html`
<h1>${title}</h1>
<p class="sub">${words}</p>
!${links.join('')}`,
  }
}

type ToLogin = { readonly t: Translate; readonly loginUrl: string }

export function registrationClosedPage({ t, loginUrl }: ToLogin): Page {
  return deadEnd(t, {
    title: t('Registration is closed'),
    words: t('New accounts are made by the people who run this server. Ask them for one.'),
    doors: [{ href: loginUrl, label: t('Sign in') }],
  })
}

export function invitationNeededPage({ t, loginUrl }: ToLogin): Page {
  return deadEnd(t, {
    title: t('You need an invitation'),
    words: t(
      'Only those who were invited can register here. If you were, follow the link of that mail.',
    ),
    doors: [{ href: loginUrl, label: t('Sign in') }],
  })
}

export function invalidInvitationPage({ t, loginUrl }: ToLogin): Page {
  return deadEnd(t, {
    title: t('This invitation is not valid any more'),
    words: t(
      'It was used already, was taken back or has expired. If you have no account yet, ask for a new invitation.',
    ),
    doors: [{ href: loginUrl, label: t('Sign in') }],
  })
}

export function invalidRegistrationPage({
  t,
  registerUrl,
  loginUrl,
}: ToLogin & { readonly registerUrl: string }): Page {
  return deadEnd(t, {
    title: t('This link is not valid any more'),
    words: t(
      'It was used already or has expired. If you have confirmed your account, sign in; otherwise register once more.',
    ),
    doors: [
      { href: loginUrl, label: t('Sign in') },
      { href: registerUrl, label: t('Register once more') },
    ],
  })
}

export function invalidRecoveryPage({
  t,
  forgotUrl,
}: {
  readonly t: Translate
  readonly forgotUrl: string
}): Page {
  return deadEnd(t, {
    title: t('This link is not valid any more'),
    words: t('It was used already, has expired, or a newer one was sent. Ask for another.'),
    doors: [{ href: forgotUrl, label: t('Ask for a new link') }],
  })
}

export function invalidFactorRecoveryPage({ t, loginUrl }: ToLogin): Page {
  return deadEnd(t, {
    title: t('This link is not valid any more'),
    words: t(
      'It was used already, has expired, or a newer one was sent. Ask an administrator for another.',
    ),
    doors: [{ href: loginUrl, label: t('Sign in') }],
  })
}

export function invalidEmailPage({
  t,
  accountUrl,
}: {
  readonly t: Translate
  readonly accountUrl: string
}): Page {
  return deadEnd(t, {
    title: t('This link is not valid any more'),
    words: t(
      'It was used already or has expired. In your account you can see your address and ask for a new link.',
    ),
    doors: [{ href: accountUrl, label: t('Go to your account') }],
  })
}

export function invalidReactivationPage({ t, loginUrl }: ToLogin): Page {
  return deadEnd(t, {
    title: t('This link is not valid any more'),
    words: t(
      'It was used already or has expired. Sign in: if your account can be taken back, you are asked there.',
    ),
    doors: [{ href: loginUrl, label: t('Sign in') }],
  })
}
