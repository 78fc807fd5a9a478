import type { Reply, Surface } from '../../http/index.ts'
import { isProtected, situationOf } from '../../mfa/index.ts'
import { backchannelPages } from '../backchannel/backchannel-pages.ts'
import { apiKeyPages } from './api-keys/routes.ts'
import { applicationPages } from './applications-routes.ts'
import { confirmRoutes } from './confirm/routes.ts'
import type { Call } from './door.ts'
import { onPage } from './door.ts'
import { emailPages } from './email-routes.ts'
import { leavingPages } from './leaving-routes.ts'
import type { AccountPageNeeds } from './needs.ts'
import { passwordPages } from './password-routes.ts'
import { profilePages } from './profile-routes.ts'
import { fieldOf } from './resident.ts'
import { securityPages } from './security/routes.ts'
import { sessionPages } from './sessions-routes.ts'
import { noticeNamed } from './views/notices.ts'
import { overviewPage } from './views/overview-page.ts'

/** The hosted pages for who is signed in. */
export function accountPageRoutes(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    '/account',
    { schema: { hide: true } },
    onPage(needs, (call) => show(needs, call)),
  )
  profilePages(surface, needs)
  emailPages(surface, needs)
  passwordPages(surface, needs)
  securityPages(surface, needs)
  leavingPages(surface, needs)
  sessionPages(surface, needs)
  applicationPages(surface, needs)
  backchannelPages(surface, needs)
  apiKeyPages(surface, needs)
  confirmRoutes(surface, needs)
}

async function show(
  needs: AccountPageNeeds,
  { t, user, link, hidden, request, reply }: Call,
): Promise<Reply> {
  const { standing, policy } = await situationOf(needs.mfa, user.id)
  const page = overviewPage({
    t,
    link,
    hidden,
    notice: noticeNamed(fieldOf(request.query, 'notice')),
    name: user.profile.name,
    username: user.username,
    email: user.email ?? undefined,
    emailVerified: user.emailVerified,
    isProtected: isProtected(standing, policy),
    memberSince: t.time(user.createdAt, user.profile.zoneinfo),
  })
  return needs.pages.send(reply, page)
}
