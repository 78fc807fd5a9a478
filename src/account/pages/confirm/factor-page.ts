import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { withMarkup } from '../../../http/index.ts'
import { factorPage } from '../../../login/index.ts'
import type { FactorKind } from '../../../mfa/index.ts'
import type { ConfirmProps } from './password-page.ts'
import { passkeyButton } from './password-page.ts'

export type ConfirmFactorProps = ConfirmProps & {
  readonly kind: FactorKind
  readonly kinds: readonly FactorKind[]
  readonly linkTo: (kind: FactorKind) => string
  /** Where a mailed code is asked for. */
  readonly sendUrl: string
  readonly sentTo: string | undefined
}

/** Asks who is signed in for one second factor, and leads to the others. */
export function confirmFactorPage(props: ConfirmFactorProps): Page {
  const { t, kind, kinds, linkTo, backUrl } = props
  const user = html`<strong><bdi>${props.user}</bdi></strong>`
  const signedIn = withMarkup(t('You are signed in as {user}.'), { user })
  return factorPage({
    t,
    kind,
    action: props.action,
    hidden: { ...props.hidden, factor: kind },
    label: t('Confirm'),
    id: 'confirm-submit',
    sendAction: props.sendUrl,
    sentTo: props.sentTo,
    remember: '',
    passkeyForm: passkeyButton(props, 'primary'),
    error: props.error,
    others: kinds.filter((one) => one !== kind).map((one) => ({ kind: one, href: linkTo(one) })),
    last: { href: backUrl, words: t('Go back') },
    intro: html`<p class="sub">!${signedIn} ${t('What comes next needs your second factor.')}</p>`,
  })
}
