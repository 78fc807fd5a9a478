import type { ClientId } from '../../base/index.ts'
import { Failure } from '../../base/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { readResources, scopeWords } from '../../login/index.ts'
import type { Application } from '../../oauth/index.ts'
import { listApplications, revokeConsent } from '../../oauth/index.ts'
import type { Call, Form } from './door.ts'
import { onForm, onPage } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'
import { fieldOf } from './resident.ts'
import { applicationsPage } from './views/applications-page.ts'
import { noticeNamed } from './views/notices.ts'

const schema = { hide: true }
const path = '/account/applications'
const most = 500

/** What a person allowed applications, and taking it back (ASVS 10.7.3). */
export function applicationPages(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => show(needs, call)),
  )
  surface.post(
    `${path}/revoke`,
    { schema },
    onForm(needs, (call, form) => revoke(needs, call, form), { back: path }),
  )
}

async function revoke(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const { user, request } = call
  const clientId = (form.get('client') ?? '') as ClientId
  const by = { actor: `user:${user.id}`, origin: originOf(request) }
  try {
    await revokeConsent(needs, { userId: user.id, clientId }, by)
  } catch (error) {
    // Taken back already, in another tab: that is what was wanted.
    if (!(error instanceof Failure) || error.kind.status !== 404) throw error
  }
  return call.go(`${path}?notice=access-revoked`)
}

/** OIDC Core section 4: who signs somebody in from elsewhere is told which server does so, and nothing of the person. */
function initiationOf(
  { initiateUri }: Pick<Application, 'initiateUri'>,
  issuer: string,
): string | undefined {
  if (initiateUri === null || !initiateUri.startsWith('https://')) return undefined
  const uri = new URL(initiateUri)
  uri.searchParams.set('iss', issuer)
  return uri.href
}

async function show(
  needs: AccountPageNeeds,
  { t, user, hidden, link, request, reply }: Call,
): Promise<Reply> {
  const page = { now: needs.clock.now(), after: '', limit: most }
  const applications = await listApplications(needs.db, user.id, page)
  const named = [...new Set(applications.flatMap(({ resources }) => resources))]
  const resources = new Map(
    (await readResources(needs, named)).map((resource) => [resource.identifier, resource]),
  )
  const placesOf = (of: readonly string[]) => of.flatMap((one) => resources.get(one) ?? [])
  return needs.pages.send(
    reply,
    applicationsPage({
      t,
      link,
      hidden,
      notice: noticeNamed(fieldOf(request.query, 'notice')),
      zone: user.profile.zoneinfo,
      cards: applications
        .toSorted((a, b) => a.name.localeCompare(b.name, t.locale))
        .map((application) => ({
          application,
          allowed: scopeWords(t, application.scopes, placesOf(application.resources)).map(
            ({ words }) => words,
          ),
          places: placesOf(application.resources).map(({ name }) => name),
          opens: application.isActive ? initiationOf(application, needs.issuer) : undefined,
        })),
    }),
  )
}
