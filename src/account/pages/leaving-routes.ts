import { comparisonKey } from '../../base/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { deactivate, scheduleDeletion } from '../../identity/index.ts'
import { exportAccount } from '../export-account.ts'
import type { Call, Form, Refused } from './door.ts'
import { onForm, onPage, refusalOf } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'
import type { LeftPageProps } from './views/leave-page.ts'
import { leavePage, leftPage } from './views/leave-page.ts'

const schema = { hide: true }
const path = '/account/leave'
const day = 86_400

/** Taking one's data along, pausing the account and deleting it. */
export function leavingPages(surface: Surface, needs: AccountPageNeeds): void {
  const fresh = { freshFor: path }
  surface.get(
    '/account/export',
    { schema },
    onPage(needs, (call) => download(needs, call), fresh),
  )
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => show(needs, call), fresh),
  )
  surface.post(
    path,
    { schema },
    onForm(needs, (call, form) => leave(needs, call, form), fresh),
  )
}

async function download(needs: AccountPageNeeds, { user, reply }: Call): Promise<Reply> {
  const account = await exportAccount(needs, user)
  return reply
    .headers({
      'content-disposition': 'attachment; filename="account.json"',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    })
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(account, null, 2))
}

async function leave(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const { t, user } = call
  try {
    if (form.get('way') === 'deactivate') {
      await deactivate(needs, ...leaving(call))
      return goodbye(needs, call, { left: 'deactivated' })
    }
    if (form.get('way') !== 'delete') return call.go(path)
    if (comparisonKey(form.get('username') ?? '') !== comparisonKey(user.username)) {
      const errors = { username: t('This is not your username.') }
      return show(needs, call, { status: 400, errors })
    }
    const result = await scheduleDeletion(needs, ...leaving(call))
    if (result.deleted === 'now') return goodbye(needs, call, { left: 'erased' })
    const after = t.time(result.after, user.profile.zoneinfo)
    return goodbye(needs, call, { left: 'deleting', after })
  } catch (error) {
    return show(needs, call, refusalOf(call, error))
  }
}

/** The person leaves, whatever else has changed meanwhile. */
function leaving({ user, visitor }: Call) {
  const by = { actor: `user:${user.id}`, origin: visitor.origin }
  const left = { userId: user.id, basedOn: 'any', by: 'user' } as const
  return [left, { by, visitor }] as const
}

/** Said at once: after it nobody is signed in who could ask for the page. */
function goodbye(
  needs: AccountPageNeeds,
  { t, user, reply }: Call,
  left: Pick<LeftPageProps, 'left' | 'after'>,
): Reply {
  needs.cookies.clearSession(reply)
  return needs.pages.send(reply, leftPage({ t, ...left, hasEmail: user.email !== null }))
}

function show(
  needs: AccountPageNeeds,
  { t, user, link, hidden, reply }: Call,
  { status = 200, errors = {} }: Partial<Refused> = {},
): Reply {
  const { username, email } = user
  const graceDays = Math.ceil(needs.account.deletionGrace / day)
  const hasEmail = email !== null
  const page = leavePage({ t, link, hidden, errors, username, hasEmail, graceDays })
  return needs.pages.send(reply, page, { status })
}
