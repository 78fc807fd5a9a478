import type { Surface } from '../http/index.ts'
import { findUser } from '../identity/index.ts'
import type { LoginNeeds } from './needs.ts'
import { landingPage, welcomePage } from './views/landing-page.ts'

export function landingRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/', { schema: { hide: true } }, async (request, reply) => {
    const session = await needs.visits.session(request)
    const user = session && (await findUser(needs.db, session.userId))
    if (session === undefined || user === undefined) {
      return needs.pages.send(reply, welcomePage({ issuer: needs.issuer, loginUrl: '/login' }))
    }
    const page = landingPage({
      user: {
        name: user.profile.name ?? user.username,
        username: user.username,
        email: user.email ?? undefined,
      },
      session: {
        since: `${session.authTime.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        ip: session.ipAddress ?? undefined,
        userAgent: session.userAgent ?? undefined,
      },
      isAdministrator: await needs.isAdministrator(user.id),
      logoutUrl: '/logout',
      issuer: needs.issuer,
      links: [],
    })
    return needs.pages.send(reply, page)
  })
}
