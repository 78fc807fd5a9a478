import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/** What `skip` of a test takes: the reason where there is no Chromium. */
export const withoutChromium = existsSync(executablePath) ? false : 'no chromium here'

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Debian's Chromium without a window. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args })
}

/** What a client heard at its redirect URI. */
export type Heard = { readonly method: string; readonly values: URLSearchParams }

/** A client's own small web server on the loopback interface, with one page that answers to everything. */
export type ClientSite = {
  readonly callback: string
  /** What arrived at the callback since the last call. */
  readonly heard: () => Heard[]
  readonly close: () => Promise<void>
}

export async function startClientSite(): Promise<ClientSite> {
  const heard: Heard[] = []
  const server = createServer((request, response) => void answer(request, response))
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const posted = new URLSearchParams(await text(request))
    const values = request.method === 'POST' ? posted : url.searchParams
    if (url.pathname === '/callback') heard.push({ method: request.method ?? '', values })
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end('<!doctype html><html lang="en"><title>Client</title><h1>Back at the client</h1>')
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    callback: `http://127.0.0.1:${port}/callback`,
    heard: () => heard.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
