import type { Reply, Surface } from '../../../http/index.ts'
import { listApiKeysOf, revokeApiKey, revokeApiKeysOf } from '../../../api-keys/index.ts'
import type { Call, Form, Refused } from '../door.ts'
import { onForm, onPage, refusalOf } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { fieldOf } from '../resident.ts'
import { noticeNamed } from '../views/notices.ts'
import { makeKey, showForm } from './make-key.ts'
import { keysPage } from './views/keys-page.ts'

const schema = { hide: true }
const path = '/account/api-keys'

/** The API keys of a person. Making one needs a fresh proof; ending one is never held up. */
export function apiKeyPages(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => show(needs, call)),
  )
  surface.get(
    `${path}/new`,
    { schema },
    onPage(needs, (call) => showForm(needs, call), { freshFor: `${path}/new` }),
  )
  surface.post(
    `${path}/new`,
    { schema },
    onForm(needs, (call, form) => makeKey(needs, call, form), {
      freshFor: `${path}/new`,
      back: path,
    }),
  )
  surface.post(
    `${path}/revoke`,
    { schema },
    onForm(needs, (call, form) => revoke(needs, call, form), { back: path }),
  )
  surface.post(
    `${path}/revoke-all`,
    { schema },
    onForm(needs, (call) => revokeAll(needs, call), { back: path }),
  )
}

async function show(
  needs: AccountPageNeeds,
  { t, user, link, hidden, request, reply }: Call,
  { status = 200, errors = {} }: Partial<Refused> = {},
): Promise<Reply> {
  const page = keysPage({
    t,
    link,
    hidden,
    errors,
    notice: noticeNamed(fieldOf(request.query, 'notice')),
    keys: await listApiKeysOf(needs.apiKeys, user.id),
    now: needs.clock.now(),
    zone: user.profile.zoneinfo,
    enabled: needs.apiKeys.rules.enabled,
  })
  return needs.pages.send(reply, page, { status })
}

async function revoke(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const { user, visitor } = call
  const by = { actor: `user:${user.id}`, origin: visitor.origin }
  try {
    await revokeApiKey(needs.apiKeys, { id: form.get('key') ?? '', userId: user.id }, by)
  } catch (error) {
    return show(needs, call, refusalOf(call, error))
  }
  needs.apiKeys.book.forget()
  return call.go(`${path}?notice=api-key-revoked`)
}

async function revokeAll(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { user, visitor } = call
  const by = { actor: `user:${user.id}`, origin: visitor.origin }
  await revokeApiKeysOf(needs.apiKeys, user.id, by)
  needs.apiKeys.book.forget()
  return call.go(`${path}?notice=api-keys-revoked`)
}
