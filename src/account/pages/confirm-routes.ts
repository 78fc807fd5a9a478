import type { Reply, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { returnPath } from '../../login/index.ts'
import { passwordProof } from '../../mfa/index.ts'
import { reauthenticate } from '../../session/index.ts'
import { confirmPassword } from '../confirm-password.ts'
import type { Call } from './door.ts'
import { onPage, onPosted } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'
import { fieldOf } from './resident.ts'
import { confirmPage } from './views/confirm-page.ts'

const schema = { hide: true }
const path = '/account/confirm'

/** Asks for the password once more before a sensitive change (ASVS 7.5.1). */
export function confirmRoutes(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => {
      const back = returnPath(fieldOf(call.request.query, 'return'))
      return show(needs, call, { back, failed: false })
    }),
  )
  surface.post(
    path,
    { schema },
    onPosted(needs, (call) => confirm(needs, call)),
  )
}

async function confirm(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { user, session: before, request, reply } = call
  const back = returnPath(fieldOf(request.body, 'return'))
  const password = fieldOf(request.body, 'password')
  if (!(await confirmPassword(needs, call, user, password))) {
    return show(needs, call, { back, failed: true })
  }
  const { session, token } = await reauthenticate(needs, before, {
    proved: passwordProof(needs.clock),
    origin: originOf(request),
  })
  needs.cookies.writeSession(reply, token, session)
  return call.go(back)
}

type State = { readonly back: string; readonly failed: boolean }

function show(
  needs: AccountPageNeeds,
  { t, user, hidden, link, reply }: Call,
  { back, failed }: State,
): Reply {
  const page = confirmPage({
    t,
    action: link(path),
    hidden: { ...hidden, return: back },
    user: user.profile.name ?? user.username,
    backUrl: link(back),
    failed,
  })
  return needs.pages.send(reply, page, { status: failed ? 400 : 200 })
}
