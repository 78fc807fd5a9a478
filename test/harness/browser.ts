/** A browser without JavaScript: keeps cookies, follows redirects of the server, fills in forms. */
export type Browser = {
  /** Follows redirects as long as they stay on the server. */
  readonly open: (path: string) => Promise<Visit>
  /** Fills in and posts the form of a page, with its hidden fields. */
  readonly submit: (page: Visit, fields: Readonly<Record<string, string>>) => Promise<Visit>
  readonly cookies: Map<string, string>
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
}

export type Visit = {
  readonly url: string
  readonly status: number
  readonly body: string
  readonly headers: Headers
  /** Where the server sent the browser, when that is another place. */
  readonly left: URL | undefined
}

export function createBrowser(server: string): Browser {
  const cookies = new Map<string, string>()
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (cookies.size > 0)
      headers.set('cookie', [...cookies].map(([k, v]) => `${k}=${v}`).join('; '))
    const response = await fetch(new URL(path, server), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) keep(cookies, line)
    return response
  }
  const visit = async (path: string, init?: RequestInit): Promise<Visit> => {
    let at = new URL(path, server)
    let response = await send(at.href, init)
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get('location')
      if (location === null) break
      const next = new URL(location, at)
      await response.arrayBuffer()
      if (next.origin !== new URL(server).origin) return seen(at, response, '', next)
      at = next
      response = await send(at.href)
    }
    return seen(at, response, await response.text(), undefined)
  }
  return {
    cookies,
    fetch: send,
    open: (path) => visit(path),
    submit(page, fields) {
      const body = new URLSearchParams({ ...hiddenFields(page.body), ...fields })
      const action = /<form[^>]*\saction="([^"]*)"/.exec(page.body)?.[1] ?? page.url
      return visit(new URL(decode(action), page.url).href, { method: 'POST', body })
    },
  }
}

function seen(at: URL, response: Response, body: string, left: URL | undefined): Visit {
  return { url: at.href, status: response.status, body, headers: response.headers, left }
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';')
  const [name = '', value = ''] = pair.split('=')
  const expired = attributes.some((a) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(a))
  if (expired || value === '') cookies.delete(name)
  else cookies.set(name, value)
}

export function hiddenFields(html: string): Record<string, string> {
  const inputs = [...html.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([tag]) => tag)
  return Object.fromEntries(inputs.map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]))
}

function attribute(tag: string, name: string): string {
  return decode(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
}

export function decode(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
