import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import type { Translate, Words } from '../../i18n/index.ts'
import type { User } from '../../identity/index.ts'
import { ProfilePatchSchema } from '../../identity/index.ts'
import type { Form, FormErrors } from './door.ts'
import { choicesOf, selects, textFields } from './views/profile-page.ts'

type Patch = Static<typeof ProfilePatchSchema>
type Values = Readonly<Record<string, string>>

const names: readonly string[] = [...Object.keys(textFields), ...selects]

/** The fields that the form has; one that it lacks stays as it is stored. */
export function typedValues(form: Form): Values {
  const typed = names.flatMap((name) => {
    const value = form.get(name)?.trim()
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(typed)
}

export function storedValues({ profile }: Pick<User, 'profile'>): Values {
  const texts = Object.entries(profile).filter(
    (entry): entry is [string, string] => names.includes(entry[0]) && typeof entry[1] === 'string',
  )
  return Object.fromEntries(texts)
}

/** RFC 7396: an empty field takes the member away. */
export function patchOf(values: Values): Patch {
  const members = Object.entries(values).map(([name, value]) => [name, value === '' ? null : value])
  const patch: unknown = Object.fromEntries(members)
  return Value.Parse(ProfilePatchSchema, patch)
}

const words: Readonly<Record<string, Words>> = {
  picture: 'A web address begins with https:// or http:// and has no spaces.',
  website: 'A web address begins with https:// or http:// and has no spaces.',
  birthdate: 'Write the date as YYYY-MM-DD.',
}

/** What is wrong, by field. */
export function checkProfile(t: Translate, values: Values, stored: Values): FormErrors {
  const wrong = Object.entries(values).filter(([name, value]) => value !== '' && !fits(name, value))
  const unknown = selects.filter((name) => {
    const value = values[name] ?? ''
    return value !== '' && !choicesOf(name, stored[name] ?? '').includes(value)
  })
  return Object.fromEntries([
    ...wrong.map(([name]) => [name, t(words[name] ?? 'This is too long.')]),
    ...unknown.map((name) => [name, t('Please choose one of the list.')]),
  ])
}

function fits(name: string, value: string): boolean {
  return Value.Check(ProfilePatchSchema, { [name]: value })
}
