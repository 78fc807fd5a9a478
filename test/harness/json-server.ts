import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { makeCertificate } from './certificate.ts'

/** Somebody else's server on this machine, which answers with JSON, and remembers what it was asked. */
export type JsonServer = {
  readonly url: string
  readonly host: string
  readonly answer: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => void
  /** Answers an error at this path. */
  readonly fail: (path: string, status?: number) => void
  /** How often a path was asked for. */
  readonly asked: (path: string) => number
  readonly close: () => Promise<void>
}

type Entry = {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** With TLS, this whole process trusts its certificate from now on. */
export async function listenJson({ tls = false } = {}): Promise<JsonServer> {
  const entries = new Map<string, Entry>()
  const counts = new Map<string, number>()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    counts.set(path, (counts.get(path) ?? 0) + 1)
    const { status, body, headers } = entries.get(path) ?? { status: 404, body: '', headers: {} }
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }
  const server = tls ? createSecureServer(trusted(), handle) : createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    answer: (path, body, headers = {}) =>
      entries.set(path, { status: 200, body: JSON.stringify(body), headers }),
    fail: (path, status = 500) => entries.set(path, { status, body: '{}', headers: {} }),
    asked: (path) => counts.get(path) ?? 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function trusted() {
  const certificate = makeCertificate()
  setDefaultCACertificates([...getCACertificates(), certificate.cert])
  return certificate
}
