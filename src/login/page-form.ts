import { Failure } from '../base/index.ts'
import type { Flow } from '../flow/index.ts'
import { flowFailures } from '../flow/index.ts'
import type { Fields, Page, Reply, Request } from '../http/index.ts'
import { fieldsOf } from '../http/index.ts'
import type { Translate } from '../i18n/index.ts'
import type { LoginNeeds } from './needs.ts'

/** The fields of a form that was ours and was shown to this very browser. */
export function postedFields(
  needs: Pick<LoginNeeds, 'csrf' | 'cookies'>,
  request: Request,
  reply: Reply,
): Fields {
  const fields = fieldsOf(request.body)
  needs.csrf.check(request, needs.cookies.browser(request, reply), fields.csrf)
  return fields
}

export type Exchange = { readonly request: Request; readonly reply: Reply }

/** The flow that a page names; one that is gone is an error, not a visit without a flow. */
export async function flowOf(
  needs: Pick<LoginNeeds, 'visits'>,
  { request, reply }: Exchange,
  { flow: id = '' }: { readonly flow?: string | undefined },
): Promise<Flow | undefined> {
  if (id === '') return undefined
  const flow = await needs.visits.flow(request, reply, id)
  if (flow === undefined) throw flowFailures.gone()
  return flow
}

/** What every page with a form is made with and sent by. */
export type Desk = {
  readonly t: Translate
  /** The proof that a form is ours, and the flow it carries along. */
  readonly hidden: Fields
  /** Where a form of ours is posted to. */
  readonly action: (path: string) => string
  /** A link to another page of ours, which goes on with the same flow. */
  readonly link: (path: string) => string
  readonly send: (page: Page, options?: { status?: number; script?: boolean }) => Reply
}

export function deskOf(
  needs: Pick<LoginNeeds, 'csrf' | 'cookies' | 'languages' | 'pages'>,
  { request, reply }: Exchange,
  flow?: Flow,
): Desk {
  const { languages, pages } = needs
  const csrf = needs.csrf.token(needs.cookies.browser(request, reply))
  const action = (path: string) => languages.keep(request, path)
  // The form may lead on to the application, whose address the policy of the page must then allow.
  const target = flow?.formTarget === undefined ? {} : { formTarget: flow.formTarget }
  return {
    t: languages.of(request, { uiLocales: flow?.request.ui_locales }),
    hidden: { csrf, ...(flow && { flow: flow.id }) },
    action,
    link: (path) => action(flow === undefined ? path : withFlow(path, flow)),
    send: (page, options = {}) => pages.send(reply, page, { ...target, ...options }),
  }
}

function withFlow(path: string, { id }: Flow): string {
  return `${path}${path.includes('?') ? '&' : '?'}flow=${id}`
}

/** Whether something was refused with this public code. */
export function isRefusal(error: unknown, code: string): error is Failure {
  return error instanceof Failure && error.kind.code === code
}
