import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, field, hiddenInputs } from '../../../http/index.ts'
import type { Words } from '../../../i18n/index.ts'
import { localeNames, locales } from '../../../i18n/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage } from './account-frame.ts'
import { selectField } from './inputs.ts'

type TextField = {
  readonly label: Words
  readonly autocomplete: string
  readonly hint?: Words
  readonly capitals?: 'words'
}

/** The members of a profile that are typed, in the order of the page. */
export const textFields = {
  name: {
    label: 'Name',
    autocomplete: 'name',
    hint: 'As applications show it to others.',
    capitals: 'words',
  },
  given_name: { label: 'Given name', autocomplete: 'given-name', capitals: 'words' },
  family_name: { label: 'Family name', autocomplete: 'family-name', capitals: 'words' },
  nickname: { label: 'Nickname', autocomplete: 'nickname', capitals: 'words' },
  picture: {
    label: 'Picture',
    autocomplete: 'photo',
    hint: 'The web address of a picture of you.',
  },
  website: { label: 'Website', autocomplete: 'url', hint: 'For example https://example.org.' },
  birthdate: {
    label: 'Birthdate',
    autocomplete: 'bday',
    hint: 'YYYY-MM-DD; 0000-MM-DD leaves the year out, YYYY is the year alone.',
  },
  gender: { label: 'Gender', autocomplete: 'sex' },
  phone_number: {
    label: 'Phone number',
    autocomplete: 'tel',
    hint: 'With the country code, for example +49 30 123456.',
  },
} as const satisfies Readonly<Record<string, TextField>>

export const selects = ['zoneinfo', 'locale'] as const
const zones = Intl.supportedValuesOf('timeZone')

/** What a choice may be: ours, and what is stored already. */
export function choicesOf(name: (typeof selects)[number], stored: string): readonly string[] {
  const ours: readonly string[] = name === 'zoneinfo' ? zones : locales
  return stored === '' || ours.includes(stored) ? ours : [stored, ...ours]
}

export type ProfilePageProps = AccountPageProps & {
  /** As they were typed, or as they are stored. */
  readonly values: Readonly<Record<string, string>>
  readonly stored: Readonly<Record<string, string>>
}

/** What applications may learn of a person who allows it. */
export function profilePage(props: ProfilePageProps): Page {
  const { t, link, hidden } = props
  return accountPage(props, {
    section: '/account/profile',
    title: t('Profile'),
    sub: t('Applications see this only if you allow them to. Leave out what you like.'),
    body: html`<form class="room" method="post" action="${link('/account/profile')}">
!${hiddenInputs(hidden)}
!${Object.entries(textFields)
      .map(([name, text]) => typed(props, name, text))
      .join('')}
!${chosen(props, 'zoneinfo')}
!${chosen(props, 'locale')}
!${button({ id: 'profile-submit', label: t('Save') })}
</form>`,
  })
}

function typed({ t, values, errors = {} }: ProfilePageProps, name: string, text: TextField) {
  const { label, autocomplete, hint, capitals } = text
  return field({
    t,
    name,
    label: t(label),
    autocomplete,
    optional: true,
    value: values[name],
    error: errors[name],
    ...(hint !== undefined && { hint: t(hint) }),
    ...(capitals !== undefined && { capitals }),
  })
}

function chosen(props: ProfilePageProps, name: (typeof selects)[number]): string {
  const { t, values, stored, errors = {} } = props
  return selectField({
    t,
    name,
    label: name === 'zoneinfo' ? t('Time zone') : t('Language'),
    autocomplete: name === 'zoneinfo' ? 'off' : 'language',
    value: values[name] ?? '',
    error: errors[name],
    options: choicesOf(name, stored[name] ?? '').map((value) => [value, optionWords(value)]),
  })
}

function optionWords(value: string): string {
  const locale = locales.find((one) => one === value)
  return locale === undefined ? value.replaceAll('_', ' ') : localeNames[locale]
}
