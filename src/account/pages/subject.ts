import type { FactorAnswer, Subject } from '../../mfa/index.ts'
import type { Call, Form } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'

/** The person of a page as the factors see them; challenges are bound to the browser. */
export function subjectOf(
  { cookies }: Pick<AccountPageNeeds, 'cookies'>,
  { user, t, visitor, request, reply }: Call,
): Subject {
  const { origin } = visitor
  return { person: user, origin, locale: t.locale, binding: cookies.browser(request, reply) }
}

/** What a form says to a factor. */
export function answerOf(form: Form): FactorAnswer {
  return { code: form.get('code'), credential: form.get('credential') }
}
