import { connect as open } from 'node:net'

export type Answer = {
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** One keep-alive HTTP/1.1 connection with one request at a time: as little work as can be. */
export type Connection = {
  readonly get: (path: string, headers?: string) => Promise<Answer>
  /** A form. */
  readonly post: (path: string, body: string, headers?: string) => Promise<Answer>
  readonly postJson: (path: string, body: string, headers?: string) => Promise<Answer>
  /** Hangs up and connects anew. */
  readonly reopen: () => Promise<void>
  readonly close: () => void
}

type Waiting = { readonly resolve: (answer: Answer) => void; readonly reject: (e: Error) => void }
type Place = { readonly host: string; readonly port: number }

/** `headers` are whole lines, each with its line end. */
export function connect({ host, port }: Place): Connection {
  let line = openLine({ host, port })
  const common = `Host: localhost:${port}\r\n`
  const send = (kind: string) => (path: string, body: string, headers: string) =>
    line.send(
      `POST ${path} HTTP/1.1\r\n${common}${headers}Content-Type: ${kind}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    )
  const form = send('application/x-www-form-urlencoded')
  const json = send('application/json')
  return {
    get: (path, headers = '') => line.send(`GET ${path} HTTP/1.1\r\n${common}${headers}\r\n`),
    post: (path, body, headers = '') => form(path, body, headers),
    postJson: (path, body, headers = '') => json(path, body, headers),
    async reopen() {
      line.close()
      line = openLine({ host, port })
      await line.opened
    },
    close: () => line.close(),
  }
}

type Line = {
  readonly send: (request: string) => Promise<Answer>
  readonly opened: Promise<void>
  readonly close: () => void
}

function openLine(place: Place): Line {
  const socket = open({ ...place, noDelay: true })
  let buffer = ''
  let waiting: Waiting | undefined
  let broken: Error | undefined
  const fail = (error: Error) => {
    broken ??= error
    waiting?.reject(error)
    waiting = undefined
  }
  // Everything that is measured is ASCII, so characters are bytes.
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    buffer = buffer === '' ? chunk : buffer + chunk
    try {
      const found = takeAnswer(buffer)
      if (found === undefined) return
      buffer = found.rest
      const { resolve } = waiting ?? { resolve: () => undefined }
      waiting = undefined
      resolve(found.answer)
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  // Whoever sends hears of it.
  opened.catch(() => undefined)
  return {
    opened,
    send: (request) =>
      new Promise<Answer>((resolve, reject) => {
        if (broken) return reject(broken)
        waiting = { resolve, reject }
        return socket.write(request, 'latin1')
      }),
    close: () => socket.destroy(),
  }
}

/** The answer at the start of what has arrived; undefined while it is not complete. */
export function takeAnswer(text: string): { answer: Answer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const headers = text.slice(0, end + 2)
  const status = Number(headers.slice(9, 12))
  const start = end + 4
  const told = header(headers, 'content-length')
  if (told === undefined && /\r\ntransfer-encoding: chunked/i.test(headers)) {
    const found = takeChunks(text, start)
    return found && { answer: { status, headers, body: found.body }, rest: text.slice(found.end) }
  }
  const length = Number(told ?? (status === 204 || status === 304 ? 0 : Number.NaN))
  if (Number.isNaN(length)) throw new Error(`an answer without content-length:\n${headers}`)
  if (text.length < start + length) return undefined
  const body = text.slice(start, start + length)
  return { answer: { status, headers, body }, rest: text.slice(start + length) }
}

/** RFC 9112 section 7.1; trailers are not understood. */
function takeChunks(text: string, start: number): { body: string; end: number } | undefined {
  let body = ''
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('a chunk without a size')
    const next = lineEnd + 2 + size + 2
    if (text.length < next) return undefined
    if (size === 0) return { body, end: next }
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = next
  }
}

export function header(headers: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(headers)?.[1]
}

export function basic({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `Authorization: Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}\r\n`
}

/** Throws unless the answer has the status that belongs to the operation: errors are no throughput. */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer
  throw new Error(`${answer.status} instead of ${status}: ${answer.body.slice(0, 300)}`)
}
