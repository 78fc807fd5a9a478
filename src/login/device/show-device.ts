import { consentQuestion, flowFailures } from '../../flow/index.ts'
import type { Flow } from '../../flow/index.ts'
import type { Reply } from '../../http/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Session } from '../../session/index.ts'
import { describeDevice } from '../describe-client.ts'
import { detailWords } from '../detail-lines.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf } from '../page-form.ts'
import { readResources } from '../resource-words.ts'
import { scopeWords } from '../scope-words.ts'
import { deviceConfirmPage } from './views/device-confirm-page.ts'

type Asked = {
  readonly flow: Flow
  readonly session: Session
  readonly code: string
  readonly action: string
}

/** The page that asks whether a device may have what it wants. */
export async function showDevice(
  needs: LoginNeeds,
  exchange: Exchange,
  { flow, session, code, action: path }: Asked,
): Promise<Reply> {
  const [{ client }, user, resources] = await Promise.all([
    consentQuestion(needs, flow, session),
    findUser(needs.db, session.userId),
    readResources(needs, flow.resources ?? []),
  ])
  if (client === undefined || user === undefined) throw flowFailures.gone()
  const { hidden, action } = deskOf(needs, exchange, flow)
  const t = needs.languages.of(exchange.request, { account: user.profile.locale })
  const page = deviceConfirmPage({
    t,
    action: action(path),
    hidden: { ...hidden, session: session.id },
    code,
    clientName: client.name,
    client: describeDevice(client),
    user: { name: user.profile.name ?? user.username, username: user.username },
    scopes: scopeWords(t, flow.scopes, resources),
    resources,
    details: (flow.details ?? []).map((detail) => detailWords(t, detail)),
    offline: flow.scopes.includes('offline_access'),
  })
  return needs.pages.send(exchange.reply, page)
}
