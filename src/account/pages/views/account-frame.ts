import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { errorSummary } from '../../../http/index.ts'
import type { Translate, Words } from '../../../i18n/index.ts'

const sections = [
  ['/account', 'Overview'],
  ['/account/profile', 'Profile'],
  ['/account/username', 'Username'],
  ['/account/email', 'Email'],
  ['/account/password', 'Password'],
  ['/account/security', 'Security'],
  ['/account/sessions', 'Sessions'],
  ['/account/applications', 'Applications'],
  ['/account/api-keys', 'API keys'],
  ['/account/leave', 'Data and deletion'],
] as const satisfies readonly (readonly [path: string, words: Words])[]

export type SectionPath = (typeof sections)[number][0]

/** What every page of the account is given. */
export type AccountPageProps = {
  readonly t: Translate
  /** A path of ours in the language of this page. */
  readonly link: (path: string) => string
  readonly hidden: Readonly<Record<string, string>>
  /** Words by the name of their field; '' is about the form as a whole. */
  readonly errors?: Readonly<Record<string, string>>
  readonly notice?: Words | undefined
}

type Content = {
  readonly section: SectionPath
  readonly title: string
  readonly sub?: string
  /** HTML that the view has made and escaped. */
  readonly body: string
  /** What the body itself says was wrong. */
  readonly failed?: boolean
}

/** The frame of a page of the account: what it is about, the way to the others, what went well or wrong. */
export function accountPage(props: AccountPageProps, content: Content): Page {
  const { t, link, errors = {}, notice } = props
  const { section, title, sub, body } = content
  const failed = content.failed === true || Object.keys(errors).length > 0
  return {
    lang: t.locale,
    title: failed ? t('Error: {title}', { title }) : title,
    wide: true,
    body: html`
<div class="greeting">
<div><p class="eyebrow">${t('Your account')}</p><h1>${title}</h1></div>
<a class="button secondary" href="${link('/logout')}">${t('Sign out')}</a>
</div>
<div class="flat">
!${sectionLinks(props, section)}
<div class="flat-main">
!${sub === undefined ? '' : html`<p class="sub">${sub}</p>`}
!${notice === undefined ? '' : html`<p class="notice" role="status">${t(notice)}</p>`}
!${errorSummary(problems(errors), { title: t('Nothing was changed'), focus: true })}
!${body}
</div>
</div>`,
  }
}

function sectionLinks({ t, link }: AccountPageProps, current: SectionPath): string {
  const items = sections.map(([path, words]) => {
    const here = path === current ? ' aria-current="page"' : ''
    return html`<li><a href="${link(path)}"!${here}>${t(words)}</a></li>`
  })
  return html`<nav class="sections" aria-label="${t('Your account')}"><ul>!${items.join('')}</ul></nav>`
}

function problems(errors: Readonly<Record<string, string>>) {
  return Object.entries(errors).map(([field, message]) =>
    field === '' ? { message } : { message, field },
  )
}

/** A name and its value; nothing where there is no value. */
export function fact(name: string, value: string | undefined): string {
  return value === undefined || value === ''
    ? ''
    : html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`
}
