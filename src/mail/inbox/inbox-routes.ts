import { Type } from 'typebox'
import type { Pages, Reply, Request, Surface } from '../../http/index.ts'
import { httpFailures } from '../../http/index.ts'
import type { Inbox, InboxMail } from './inbox.ts'
import { inboxPage, mailPage } from './inbox-page.ts'

type Needs = { readonly inbox: Inbox; readonly pages: Pages }

const schema = { hide: true }
const one = { ...schema, params: Type.Object({ id: Type.String() }) }

/** A letter is shown as it is, but it must not act as a page of ours: no script, no origin, no request. */
const caged = {
  'content-security-policy':
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  'x-frame-options': 'SAMEORIGIN',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** The inbox of development. Whoever reaches these pages can read every letter. */
export function inboxRoutes(surface: Surface, { inbox, pages }: Needs): void {
  surface.get('/dev/mail', { schema }, (request, reply) =>
    pages.send(reply, inboxPage(pages.languages.of(request), inbox.list())),
  )
  surface.get('/dev/mail/:id', { schema: one, onSend: allowFrame }, (request, reply) =>
    pages.send(reply, mailPage(pages.languages.of(request), found(inbox, request.params.id))),
  )
  surface.get('/dev/mail/:id/html', { schema: one }, (request, reply) => {
    const { html } = found(inbox, request.params.id)
    return reply.headers(caged).type('text/html; charset=utf-8').send(html)
  })
}

function found(inbox: Inbox, id: string): InboxMail {
  const mail = inbox.find(id)
  if (mail === undefined) throw httpFailures.not_found()
  return mail
}

/** The page of a letter frames the letter. */
async function allowFrame(_request: Request, reply: Reply): Promise<void> {
  const policy = reply.getHeader('content-security-policy')
  if (typeof policy === 'string') {
    reply.header('content-security-policy', `${policy}; frame-src 'self'`)
  }
}
