import { html } from 'ghtml'
import type { Page, StrengthAssets } from '../../http/index.ts'
import {
  button,
  currentPasswordField,
  errorSummary,
  hiddenInputs,
  withMarkup,
} from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

type Form = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
}

export type ConfirmRegistrationPageProps = Form & {
  readonly username: string
  readonly email: string
  /** In another browser than the one that registered. */
  readonly askPassword: boolean
  readonly failed: boolean
  readonly assets?: StrengthAssets | undefined
}

/** The link of the letter to a new address: one button, so that a mail scanner confirms nothing. */
export function confirmRegistrationPage(props: ConfirmRegistrationPageProps): Page {
  const { t, askPassword, failed } = props
  const title = t('Confirm your account')
  const refused = t('This is not the password that was chosen for this account.')
  const sub = askPassword
    ? t('You registered in another browser. The password shows that it was you.')
    : t('Is this yours? Then your account is ready with one click.')
  return {
    lang: t.locale,
    title: failed ? t('Error: {title}', { title }) : title,
    body: html`
<h1>${title}</h1>
<p class="sub">${sub}</p>
<dl class="facts">!${fact(t('Username'), props.username)}!${fact(t('Email'), props.email)}</dl>
!${errorSummary(failed ? [{ message: refused, field: 'password' }] : [], { focus: true })}
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${
      askPassword
        ? currentPasswordField({
            t,
            name: 'password',
            label: t('The password you chose'),
            error: failed ? refused : undefined,
            autofocus: !failed,
            assets: props.assets,
          })
        : ''
    }
!${button({ id: 'confirm-submit', label: t('Confirm') })}
</form>
<p class="note">${t('If you did not register here, close this page: nothing happens.')}</p>`,
  }
}

function fact(name: string, value: string): string {
  return html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`
}

/** The link of the letter to an address of an account that is there already. */
export function confirmEmailPage(props: Form & { readonly email: string }): Page {
  const { t } = props
  const title = t('Confirm your email address')
  return {
    lang: t.locale,
    title,
    body: html`
<h1>${title}</h1>
<dl class="facts">!${fact(t('Email'), props.email)}</dl>
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${button({ id: 'confirm-submit', label: t('Confirm') })}
</form>
<p class="note">${t('If you did not ask for this, close this page: nothing happens.')}</p>`,
  }
}

export function emailConfirmedPage({
  t,
  accountUrl,
}: {
  readonly t: Translate
  readonly accountUrl: string
}): Page {
  const title = t('Your address is confirmed')
  return {
    lang: t.locale,
    title,
    body: html`
<h1>${title}</h1>
<p class="sub">${t('You can sign in with it from now on, and letters go there.')}</p>
<a class="button primary" href="${accountUrl}">${t('Go to your account')}</a>`,
  }
}

export type ReactivatePageProps = Form & {
  readonly username: string
  /** When the account would be deleted, in words. */
  readonly deletedAfter?: string
}

/** The way back for a person who left by themselves. */
export function reactivatePage(props: ReactivatePageProps): Page {
  const { t, deletedAfter } = props
  const title = t('Take your account back?')
  const user = html`<strong><bdi>${props.username}</bdi></strong>`
  const state =
    deletedAfter === undefined
      ? withMarkup(t('The account {user} is deactivated.'), { user })
      : withMarkup(t('The account {user} will be deleted after {time}.'), {
          user,
          time: html`${deletedAfter}`,
        })
  return {
    lang: t.locale,
    title,
    body: html`
<h1>${title}</h1>
<p class="sub">!${state}</p>
<p>${t('You left it. If you take it back, everything in it is as it was, and you can sign in again.')}</p>
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${button({ id: 'reactivate-submit', label: t('Take the account back') })}
</form>
<p class="note">${t('If you want to leave it as it is, close this page.')}</p>`,
  }
}
