import { apiKeyFailures, createApiKey } from '../../../api-keys/index.ts'
import { addSeconds } from '../../../base/index.ts'
import type { Reply } from '../../../http/index.ts'
import type { Call, Form, Refused } from '../door.ts'
import { refusalOf } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { newKeyPage } from './views/new-key-page.ts'
import { shownKeyPage } from './views/shown-key-page.ts'

type State = Partial<Refused> & { readonly form?: Form }

export function showForm(
  needs: AccountPageNeeds,
  { t, link, hidden, reply }: Call,
  { status = 200, errors = {}, form }: State = {},
): Reply {
  if (!needs.apiKeys.rules.enabled) throw apiKeyFailures.switched_off()
  const { defaultLifetime, maxLifetime } = needs.apiKeys.rules
  const page = newKeyPage({
    t,
    link,
    hidden,
    errors,
    maxLifetime,
    name: form?.get('name') ?? '',
    scopes: form?.get('scopes') ?? '',
    lifetime: secondsOf(form) ?? defaultLifetime,
  })
  return needs.pages.send(reply, page, { status })
}

/** Makes a key and shows it, this once. */
export async function makeKey(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const { t, user, visitor, link, hidden, reply } = call
  const lifetime = secondsOf(form)
  const input = {
    name: form.get('name') ?? '',
    scopes: (form.get('scopes') ?? '').split(/[\s,]+/).filter((scope) => scope !== ''),
    expiresAt: lifetime === undefined ? undefined : addSeconds(needs.clock.now(), lifetime),
  }
  try {
    const { origin } = visitor
    const { key, text } = await createApiKey(needs.apiKeys, { user, origin }, input)
    const until = t.time(key.expiresAt, user.profile.zoneinfo)
    const page = shownKeyPage({ t, link, hidden, name: key.name, text, until })
    return needs.pages.send(reply, page, { repeatable: false })
  } catch (error) {
    return showForm(needs, call, { ...refusalOf(call, error), form })
  }
}

function secondsOf(form: Form | undefined): number | undefined {
  const text = form?.get('lifetime') ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
