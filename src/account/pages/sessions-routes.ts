import type { Reply, Request, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { confirmPath, loginPath } from '../../login/index.ts'
import type { Session } from '../../session/index.ts'
import {
  describeUserAgent,
  endOneSession,
  endOtherSessions,
  isFresh,
  listSessions,
} from '../../session/index.ts'
import type { AccountPagesNeeds } from './needs.ts'
import type { Resident } from './resident.ts'
import { fieldOf, residentOf } from './resident.ts'
import type { SessionCard } from './views/sessions-page.ts'
import { sessionsPage } from './views/sessions-page.ts'

const schema = { hide: true }
const path = '/account/sessions'

/** Where a person is signed in, and the ways to end it (ASVS 7.4.5, 7.5.2). */
export function sessionPages(surface: Surface, needs: AccountPagesNeeds): void {
  const { languages } = needs
  surface.get(path, { schema }, async (request, reply) => {
    const resident = await residentOf(needs, request)
    if (resident === undefined) return reply.redirect(languages.keep(request, loginPath(path)), 303)
    return show(needs, request, reply, resident)
  })
  surface.post(`${path}/end`, { schema }, async (request, reply) => {
    const resident = await checked(needs, request, reply)
    if (resident === undefined) return reply.redirect(languages.keep(request, loginPath(path)), 303)
    const { session, user } = resident
    const id = fieldOf(request.body, 'session')
    if (id === session.id) {
      await needs.visits.signOut(reply, session, originOf(request))
      return reply.redirect(languages.keep(request, '/logout/done'), 303)
    }
    if (!fresh(needs, session)) return askFirst(needs, request, reply)
    await endOneSession(needs, { userId: user.id, id, origin: originOf(request) })
    return reply.redirect(languages.keep(request, path), 303)
  })
  surface.post(`${path}/end-others`, { schema }, async (request, reply) => {
    const resident = await checked(needs, request, reply)
    if (resident === undefined) return reply.redirect(languages.keep(request, loginPath(path)), 303)
    const { session, user } = resident
    if (!fresh(needs, session)) return askFirst(needs, request, reply)
    const others = { userId: user.id, keep: session.id, origin: originOf(request) }
    await endOtherSessions(needs, others)
    return reply.redirect(languages.keep(request, path), 303)
  })
}

/** Who posted a form of ours. */
function checked(
  needs: AccountPagesNeeds,
  request: Request,
  reply: Reply,
): Promise<Resident | undefined> {
  const browser = needs.cookies.browser(request, reply)
  needs.csrf.check(request, browser, fieldOf(request.body, 'csrf'))
  return residentOf(needs, request)
}

function fresh({ freshLifetime, clock }: AccountPagesNeeds, session: Session): boolean {
  return isFresh(session, freshLifetime, clock.now())
}

function askFirst({ languages }: AccountPagesNeeds, request: Request, reply: Reply): Reply {
  return reply.redirect(languages.keep(request, confirmPath(path)), 303)
}

async function show(
  needs: AccountPagesNeeds,
  request: Request,
  reply: Reply,
  resident: Resident,
): Promise<Reply> {
  const { t, user, session: current } = resident
  const sessions = await listSessions(needs, user.id)
  const cards = await Promise.all(
    sessions.map(async (session): Promise<SessionCard> => {
      const place = await needs.places.of(session.ipAddress, t.locale)
      const device = describeUserAgent(session.userAgent)
      return { session, device, place: place?.words, isCurrent: session.id === current.id }
    }),
  )
  const page = sessionsPage({
    t,
    cards: cards.toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
    zone: user.profile.zoneinfo,
    hidden: { csrf: needs.csrf.token(needs.cookies.browser(request, reply)) },
    link: (to) => needs.languages.keep(request, to),
  })
  return needs.pages.send(reply, page)
}
