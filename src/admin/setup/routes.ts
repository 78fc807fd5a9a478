import { Failure } from '../../base/index.ts'
import type { Reply, Request, Surface } from '../../http/index.ts'
import { fieldsOf, originOf } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { readSetupToken } from '../../identity/index.ts'
import type { SetupPageProps } from '../views/setup-page.ts'
import { setupClosedPage, setupPage } from '../views/setup-page.ts'
import type { SetupNeeds } from './create-first-administrator.ts'
import { createFirstAdministrator } from './create-first-administrator.ts'

const schema = { hide: true }

/** `/setup?token=...`: the page that makes the first administrator, once. */
export function setupRoutes(surface: Surface, needs: SetupNeeds): void {
  surface.get('/setup', { schema }, async (request, reply) => {
    const { token = '' } = fieldsOf(request.query)
    const state = await readSetupToken(needs, token)
    if (state === 'invalid')
      return needs.pages.send(reply, setupClosedPage(needs.languages.of(request)), { status: 404 })
    return show(needs, request, reply, token, { values: {}, errors: {} })
  })
  surface.post('/setup', { schema }, async (request, reply) => {
    const fields = fieldsOf(request.body)
    const { csrf, token = '', confirm: repeated, password = '' } = fields
    needs.csrf.check(request, needs.cookies.browser(request, reply), csrf)
    const values = {
      username: fields.username ?? '',
      email: fields.email ?? '',
      name: fields.name ?? '',
    }
    if (password !== repeated) {
      const errors = { confirm: needs.languages.of(request)('The two passwords differ.') }
      return show(needs, request, reply.code(400), token, { values, errors })
    }
    try {
      const user = await createFirstAdministrator(
        needs,
        token,
        newUser(values, password),
        originOf(request),
      )
      if (user === undefined)
        return needs.pages.send(reply, setupClosedPage(needs.languages.of(request)), {
          status: 404,
        })
      return reply.redirect(needs.languages.keep(request, '/login'), 303)
    } catch (error) {
      const errors = fieldErrors(needs.languages.of(request), error)
      if (errors === undefined) throw error
      return show(needs, request, reply.code(400), token, { values, errors })
    }
  })
}

function newUser(values: { username: string; email: string; name: string }, password: string) {
  const { username, email, name } = values
  return { username, password, ...(email && { email }), ...(name && { profile: { name } }) }
}

/** The messages of a failure, by field; undefined when it is about no field. */
function fieldErrors(t: Translate, error: unknown): Record<string, string> | undefined {
  if (!(error instanceof Failure) || !error.details.members) return undefined
  return Object.fromEntries(
    error.details.members.map(({ pointer, words }) => [
      pointer.slice(1).split('/')[0] ?? '',
      t.any(words),
    ]),
  )
}

function show(
  needs: SetupNeeds,
  request: Request,
  reply: Reply,
  token: string,
  state: Pick<SetupPageProps, 'values' | 'errors'>,
): Reply {
  const csrf = needs.csrf.token(needs.cookies.browser(request, reply))
  const page = setupPage({
    ...state,
    t: needs.languages.of(request),
    action: needs.languages.keep(request, '/setup'),
    hidden: { csrf, token },
    minLength: needs.passwordMinLength,
    strength: needs.strength,
  })
  return needs.pages.send(reply, page, { status: reply.statusCode, script: true })
}
