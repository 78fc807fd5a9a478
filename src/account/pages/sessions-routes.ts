import type { Reply, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { confirmPath } from '../../login/index.ts'
import {
  describeUserAgent,
  endOneSession,
  endOtherSessions,
  listSessions,
} from '../../session/index.ts'
import type { Call } from './door.ts'
import { isFreshCall, onPage, onPosted } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'
import { fieldOf } from './resident.ts'
import type { SessionCard } from './views/sessions-page.ts'
import { sessionsPage } from './views/sessions-page.ts'

const schema = { hide: true }
const path = '/account/sessions'

/** Where a person is signed in, and the ways to end it (ASVS 7.4.5, 7.5.2). */
export function sessionPages(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => show(needs, call)),
  )
  surface.post(
    `${path}/end`,
    { schema },
    onPosted(needs, (call) => endOne(needs, call), { back: path }),
  )
  surface.post(
    `${path}/end-others`,
    { schema },
    onPosted(needs, (call) => endOthers(needs, call), { back: path, freshFor: path }),
  )
}

/** To end this very session needs no fresh proof, to end another one does. */
async function endOne(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { session, user, request, reply } = call
  const id = fieldOf(request.body, 'session')
  if (id === session.id) {
    return reply.redirect(await needs.visits.signOut(call, session), 303)
  }
  if (!(await isFreshCall(needs, call))) return call.go(confirmPath(path))
  await endOneSession(needs, { userId: user.id, id, origin: originOf(request) })
  return call.go(path)
}

async function endOthers(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { session, user, request } = call
  const others = { userId: user.id, keep: session.id, origin: originOf(request) }
  await endOtherSessions(needs, others)
  return call.go(path)
}

async function show(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { t, user, session: current, hidden, link, reply } = call
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
    hidden,
    link,
  })
  return needs.pages.send(reply, page)
}
