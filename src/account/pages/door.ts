import { Failure } from '../../base/index.ts'
import type { Reply, Request } from '../../http/index.ts'
import { fieldErrors, fieldsOf, parseParameters } from '../../http/index.ts'
import type { Visitor } from '../../identity/index.ts'
import { confirmPath, loginPath } from '../../login/index.ts'
import { provedBy, sessionFailures } from '../../session/index.ts'
import { provesOwnLevel } from '../own-level.ts'
import type { AccountPageNeeds } from './needs.ts'
import type { Resident } from './resident.ts'
import { fieldOf, residentOf } from './resident.ts'

/** The fields of a posted form as they were typed, empty ones included. */
export type Form = ReadonlyMap<string, string>

/** What a page of the account has in hand when it is asked for. */
export type Call = Resident & {
  readonly request: Request
  readonly reply: Reply
  readonly visitor: Visitor
  /** A path of ours in the language of the request. */
  readonly link: (path: string) => string
  /** On to another page; after a post this keeps a reload from posting twice. */
  readonly go: (path: string) => Reply
  /** What every form on the page carries along. */
  readonly hidden: Readonly<Record<string, string>>
}

type Handler = (request: Request, reply: Reply) => Promise<Reply>

type Door = {
  /** The page to come back to when the password must be confirmed first (ASVS 7.5.1). */
  readonly freshFor?: string
  /** The page to come back to from the sign-in, which cannot post a form again; the overview if absent. */
  readonly back?: string
  /** Whether an administrator who sees the account of somebody else may change it too. */
  readonly byAnother?: boolean
}

/** A page for who is signed in; anybody else goes to the sign-in. */
export function onPage(
  needs: AccountPageNeeds,
  show: (call: Call) => Reply | Promise<Reply>,
  { freshFor, back = '/account', byAnother = false }: Door = {},
): Handler {
  return async (request, reply) => {
    const call = await callOf(needs, request, reply)
    if (call === undefined) {
      const asked = request.method === 'GET' ? request.routeOptions.url : back
      const login = loginPath(asked ?? back)
      return reply.redirect(needs.languages.keep(request, login), 303)
    }
    const changes = request.method !== 'GET' && request.method !== 'HEAD'
    if (call.session.impersonator !== null && (freshFor !== undefined || (changes && !byAnother)))
      throw sessionFailures.impersonated()
    if (freshFor !== undefined && !(await isFreshCall(needs, call)))
      return call.go(confirmPath(freshFor))
    return show(call)
  }
}

/** A form of such a page, honoured in the browser that it was shown to. */
export function onPosted(
  needs: AccountPageNeeds,
  take: (call: Call) => Promise<Reply>,
  door: Door = {},
): Handler {
  return async (request, reply) => {
    const browser = needs.cookies.browser(request, reply)
    needs.csrf.check(request, browser, fieldOf(request.body, 'csrf'))
    return onPage(needs, take, door)(request, reply)
  }
}

/** The same with its fields, and only for the account that it was shown to. */
export function onForm(
  needs: AccountPageNeeds,
  take: (call: Call, form: Form) => Promise<Reply>,
  door: Door = {},
): Handler {
  return async (request, reply) => {
    const form = formOf(request.body)
    const act = async (call: Call) =>
      // Somebody else may have signed in in another tab since the form was shown.
      form.get('account') === call.user.id ? take(call, form) : call.go('/account')
    return onPosted(needs, act, door)(request, reply)
  }
}

async function callOf(
  needs: AccountPageNeeds,
  request: Request,
  reply: Reply,
): Promise<Call | undefined> {
  const resident = await residentOf(needs, request)
  if (resident === undefined) return undefined
  const link = (path: string) => needs.languages.keep(request, path)
  return {
    ...resident,
    request,
    reply,
    visitor: { ...needs.visitor(request), locale: resident.t.locale },
    link,
    go: (path) => reply.redirect(link(path), 303),
    hidden: {
      csrf: needs.csrf.token(needs.cookies.browser(request, reply)),
      account: resident.user.id,
    },
  }
}

/** Whether the person proved enough, and recently enough, for sensitive changes. */
export function isFreshCall(
  needs: AccountPageNeeds,
  { user, session }: Resident,
): Promise<boolean> {
  return provesOwnLevel(needs, user, provedBy(session))
}

/** A password may have any character and a credential is long; the rest is judged like a parameter. */
const unjudged = new Set(['password', 'current_password', 'credential'])

function formOf(raw: unknown): Form {
  if (typeof raw !== 'object' || raw === null) return new Map()
  const judged = Object.entries(raw).filter(([name]) => !unjudged.has(name))
  parseParameters(Object.fromEntries(judged))
  return new Map(Object.entries(fieldsOf(raw)))
}

/** Words by the name of their field; '' is about the form as a whole. */
export type FormErrors = Readonly<Record<string, string>>

/** A refused form: what to say, and with which status. */
export type Refused = { readonly status: number; readonly errors: FormErrors }

/** What a use case refused, for showing the form again; whatever is no refusal goes on its way. */
export function refusalOf({ t }: Resident, error: unknown): Refused {
  if (!(error instanceof Failure) || error.kind.status >= 500) throw error
  const { kind } = error
  return { status: kind.status, errors: fieldErrors(t, error) ?? { '': t.any(kind.words) } }
}
