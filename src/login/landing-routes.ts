import type { Surface } from '../http/index.ts'
import type { Translate } from '../i18n/index.ts'
import { findUser } from '../identity/index.ts'
import { describeUserAgent } from '../session/index.ts'
import type { LoginNeeds } from './needs.ts'
import { landingPage, welcomePage } from './views/landing-page.ts'

export function landingRoutes(surface: Surface, needs: LoginNeeds): void {
  const { languages } = needs
  surface.get('/', { schema: { hide: true } }, async (request, reply) => {
    const session = await needs.visits.session(request)
    const user = session && (await findUser(needs.db, session.userId))
    if (session === undefined || user === undefined) {
      const t = languages.of(request)
      const loginUrl = languages.keep(request, '/login')
      return needs.pages.send(reply, welcomePage({ t, issuer: needs.issuer, loginUrl }))
    }
    const t = languages.of(request, { account: user.profile.locale })
    const page = landingPage({
      t,
      user: {
        name: user.profile.name ?? user.username,
        username: user.username,
        email: user.email ?? undefined,
      },
      session: {
        since: t.time(
          session.impersonator === null ? session.authTime : session.createdAt,
          user.profile.zoneinfo,
        ),
        ip: session.ipAddress ?? undefined,
        browser: browserWords(t, session.userAgent),
      },
      isAdministrator: await needs.mayAdminister(user.id),
      logoutUrl: languages.keep(request, '/logout'),
      issuer: needs.issuer,
      links: [
        {
          label: t('Your account'),
          href: languages.keep(request, '/account'),
          words: t('Profile, password, devices, and leaving'),
        },
      ],
    })
    return needs.pages.send(reply, page)
  })
}

function browserWords(t: Translate, userAgent: string | null): string | undefined {
  const { browser, system } = describeUserAgent(userAgent)
  if (browser === undefined || system === undefined) return browser ?? system
  return t('{browser} on {system}', { browser, system })
}
