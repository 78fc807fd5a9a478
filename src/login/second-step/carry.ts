import type { Flow } from '../../flow/index.ts'
import type { Reply } from '../../http/index.ts'
import type { FactorKind } from '../../mfa/index.ts'
import type { Candidate } from '../arrival/candidate.ts'
import { backToLogin, candidateOf } from '../arrival/candidate.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Desk, Exchange } from '../page-form.ts'
import { deskOf, flowOf } from '../page-form.ts'

export const schema = { hide: true }

/** A page of this step that goes on with the same sign-in; `link` of the desk adds the flow. */
export function pathFor({ carried }: Candidate, path: string, factor?: FactorKind): string {
  const query = new URLSearchParams({ ...carried, ...(factor !== undefined && { factor }) })
  return query.size === 0 ? path : `${path}?${query}`
}

/** The same for a redirect. */
export function withFlow(path: string, flow: Flow | undefined): string {
  if (flow === undefined) return path
  return `${path}${path.includes('?') ? '&' : '?'}flow=${flow.id}`
}

/** What the pages of this step are made with. */
export function deskFor(needs: LoginNeeds, exchange: Exchange, candidate: Candidate): Desk {
  const desk = deskOf(needs, exchange, candidate.flow)
  const account = candidate.person.profile.locale
  const t = needs.languages.of(exchange.request, {
    uiLocales: candidate.flow?.request.ui_locales,
    account,
  })
  return { ...desk, t, hidden: { ...desk.hidden, ...candidate.carried } }
}

/** On to another page of ours; after a post this keeps a reload from posting twice. */
export function go(needs: LoginNeeds, { request, reply }: Exchange, location: string): Reply {
  return reply.redirect(needs.languages.keep(request, location), 303)
}

/** The person whom the fields of a page are about, or where the browser goes when there is nobody. */
export async function candidateOrLogin(
  needs: LoginNeeds,
  exchange: Exchange,
  fields: Readonly<Record<string, string>>,
): Promise<Candidate | string> {
  const candidate = await candidateOf(needs, exchange, fields)
  return candidate ?? backToLogin(await flowOf(needs, exchange, fields))
}
