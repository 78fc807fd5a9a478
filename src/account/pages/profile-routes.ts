import type { Reply, Surface } from '../../http/index.ts'
import type { AccountEdit, User } from '../../identity/index.ts'
import { editAccount, findUser } from '../../identity/index.ts'
import type { Call, Form, Refused } from './door.ts'
import { onForm, onPage, refusalOf } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'
import { checkProfile, patchOf, storedValues, typedValues } from './profile-form.ts'
import { fieldOf } from './resident.ts'
import { noticeNamed } from './views/notices.ts'
import { profilePage } from './views/profile-page.ts'
import { usernamePage } from './views/username-page.ts'

const schema = { hide: true }
const profile = '/account/profile'
const username = '/account/username'
const changedMeanwhile = 412

/** Profile and username: what is edited on the base of a version, so that two tabs undo nothing unseen. */
export function profilePages(surface: Surface, needs: AccountPageNeeds): void {
  const fresh = { freshFor: username }
  surface.get(
    profile,
    { schema },
    onPage(needs, (call) => showProfile(needs, call)),
  )
  surface.post(
    profile,
    { schema },
    onForm(needs, (call, form) => saveProfile(needs, call, form), { byAnother: true }),
  )
  surface.get(
    username,
    { schema },
    onPage(needs, (call) => showUsername(needs, call), fresh),
  )
  surface.post(
    username,
    { schema },
    onForm(needs, (call, form) => saveUsername(needs, call, form), fresh),
  )
}

async function saveProfile(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const values = typedValues(form)
  const errors = checkProfile(call.t, values, storedValues(call.user))
  if (Object.keys(errors).length > 0) {
    return showProfile(needs, call, { status: 400, errors, values, version: versionOf(form) })
  }
  try {
    await edit(needs, call, form, { patch: patchOf(values) })
  } catch (error) {
    const refused = refusalOf(call, error)
    if (refused.status === changedMeanwhile) {
      return showProfile(needs, await reloaded(needs, call), refused)
    }
    return showProfile(needs, call, { ...refused, values, version: versionOf(form) })
  }
  return call.go(`${profile}?notice=profile`)
}

async function saveUsername(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const typed = form.get('username') ?? ''
  try {
    await edit(needs, call, form, { username: typed })
  } catch (error) {
    const refused = refusalOf(call, error)
    if (refused.status === changedMeanwhile) {
      return showUsername(needs, await reloaded(needs, call), refused)
    }
    return showUsername(needs, call, { ...refused, username: typed, version: versionOf(form) })
  }
  return call.go('/account?notice=username')
}

function edit(
  needs: AccountPageNeeds,
  { user, visitor }: Call,
  form: Form,
  change: Pick<AccountEdit, 'patch' | 'username'>,
): Promise<User> {
  const basedOn = Number(versionOf(form))
  const by = { actor: `user:${user.id}`, origin: visitor.origin }
  return editAccount(needs, { userId: user.id, basedOn, ...change }, { by, visitor })
}

/** What is no version is none that an account ever has. */
function versionOf(form: Form): string {
  return /^\d{1,9}$/.exec(form.get('version') ?? '')?.[0] ?? '-1'
}

/** The account as it is after somebody else changed it. */
async function reloaded(needs: AccountPageNeeds, call: Call): Promise<Call> {
  return { ...call, user: (await findUser(needs.db, call.user.id)) ?? call.user }
}

type State = Partial<Refused> & { readonly version?: string }

function showProfile(
  needs: AccountPageNeeds,
  { t, user, link, hidden, request, reply }: Call,
  state: State & { readonly values?: Readonly<Record<string, string>> } = {},
): Reply {
  const { status = 200, errors = {}, version = String(user.version) } = state
  const stored = storedValues(user)
  const page = profilePage({
    t,
    link,
    hidden: { ...hidden, version },
    errors,
    notice: noticeNamed(fieldOf(request.query, 'notice')),
    values: state.values ?? stored,
    stored,
  })
  return needs.pages.send(reply, page, { status })
}

function showUsername(
  needs: AccountPageNeeds,
  { t, user, link, hidden, reply }: Call,
  state: State & { readonly username?: string } = {},
): Reply {
  const { status = 200, errors = {}, version = String(user.version) } = state
  const page = usernamePage({
    t,
    link,
    hidden: { ...hidden, version },
    errors,
    username: state.username ?? user.username,
  })
  return needs.pages.send(reply, page, { status })
}
