import { connect as open } from 'node:net'

export type Answer = {
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** One keep-alive HTTP/1.1 connection with one request at a time: as little work as can be. */
export type Connection = {
  readonly get: (path: string, headers?: string) => Promise<Answer>
  readonly post: (path: string, body: string, headers?: string) => Promise<Answer>
  readonly postJson: (path: string, body: object, headers?: string) => Promise<Answer>
  readonly close: () => void
}

type Waiting = { readonly resolve: (answer: Answer) => void; readonly reject: (e: Error) => void }

/** `headers` are whole lines, each with its line end. */
export function connect({
  host,
  port,
}: {
  readonly host: string
  readonly port: number
}): Connection {
  const socket = open({ host, port, noDelay: true })
  let buffer = ''
  let waiting: Waiting | undefined
  let broken: Error | undefined
  const fail = (error: Error) => {
    broken = error
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
  const send = (request: string) =>
    new Promise<Answer>((resolve, reject) => {
      if (broken) return reject(broken)
      waiting = { resolve, reject }
      return socket.write(request, 'latin1')
    })
  const common = `Host: localhost:${port}\r\n`
  const post = (path: string, body: string, headers: string) =>
    send(
      `POST ${path} HTTP/1.1\r\n${common}${headers}Content-Length: ${body.length}\r\n\r\n${body}`,
    )
  return {
    get: (path, headers = '') => send(`GET ${path} HTTP/1.1\r\n${common}${headers}\r\n`),
    post: (path, body, headers = '') =>
      post(path, body, `${headers}Content-Type: application/x-www-form-urlencoded\r\n`),
    postJson: (path, body, headers = '') =>
      post(path, JSON.stringify(body), `${headers}Content-Type: application/json\r\n`),
    close: () => socket.destroy(),
  }
}

/** The answer at the start of what has arrived; undefined while it is not complete. */
export function takeAnswer(text: string): { answer: Answer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const headers = text.slice(0, end + 2)
  const status = Number(headers.slice(9, 12))
  if (header(headers, 'transfer-encoding') === 'chunked') {
    const found = takeChunks(text, end + 4)
    return found && { answer: { status, headers, body: found.body }, rest: found.rest }
  }
  const length = Number(header(headers, 'content-length') ?? (status === 204 ? 0 : Number.NaN))
  if (Number.isNaN(length)) throw new Error(`an answer without content-length:\n${headers}`)
  const start = end + 4
  if (text.length < start + length) return undefined
  const body = text.slice(start, start + length)
  return { answer: { status, headers, body }, rest: text.slice(start + length) }
}

/** RFC 9112 section 7.1, without trailers. */
function takeChunks(text: string, from: number): { body: string; rest: string } | undefined {
  let body = ''
  for (let start = from; ; ) {
    const line = text.indexOf('\r\n', start)
    const size = Number.parseInt(text.slice(start, line), 16)
    const next = line + 2 + size + 2
    if (line < 0 || text.length < next) return undefined
    body += text.slice(line + 2, line + 2 + size)
    if (size === 0) return { body, rest: text.slice(next) }
    start = next
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
