import type { TestServer, TestUser } from './server.ts'
import { passPages } from './oauth.ts'

/** A browser's way through an application of somebody else: its cookies are kept, each redirect is visible. */
export type Visitor = {
  readonly get: (url: string) => Promise<Response>
}

export function createVisitor(): Visitor {
  const cookies = new Map<string, string>()
  return {
    async get(url) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(url, {
        headers: { cookie, accept: 'text/html' },
        redirect: 'manual',
      })
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';')
        const at = pair.indexOf('=')
        const expired = /expires=thu, 01.jan.1970/i.test(line) || pair.endsWith('=')
        if (expired) cookies.delete(pair.slice(0, at))
        else cookies.set(pair.slice(0, at), pair.slice(at + 1))
      }
      return response
    },
  }
}

/** Where a redirect leads. */
export function locationOf(response: Response): string {
  return new URL(response.headers.get('location') ?? '', response.url).href
}

/** Opens a page of an application that demands a sign-in, signs in here, and comes back to it. */
export async function signInAt(
  server: TestServer,
  user: TestUser,
  visitor: Visitor,
  page: string,
): Promise<Response> {
  const first = await visitor.get(page)
  if (first.status !== 302) throw new Error(`${page}: ${first.status} ${await first.text()}`)
  const { left: back, body } = await passPages(server.browser(), locationOf(first), user)
  if (back === undefined) throw new Error(`${first.headers.get('location')}: ${body}`)
  let response = await visitor.get(back.href)
  for (let hops = 0; response.status >= 300 && response.status < 400 && hops < 5; hops += 1) {
    response = await visitor.get(locationOf(response))
  }
  return response
}
