import type { IncomingMessage } from 'node:http'
import { request as requestPlainly } from 'node:http'
import { request } from 'node:https'
import { text as read } from 'node:stream/consumers'
import type { Command } from '../command.ts'
import { text } from '../command.ts'
import { settings } from '../settings.ts'

export const healthcheck: Command = {
  name: 'healthcheck',
  summary: 'ask the running server whether it is ready; exit code 0 when it is',
  options: { url: { type: 'string', help: 'address of the server (default: the local one)' } },
  async run(values) {
    const given = text(values, 'url')
    const url = given ?? ownAddress()
    try {
      const answer = await ask(new URL(`${url}/health/ready`), given !== undefined)
      const { status }: { status?: string } = JSON.parse(await read(answer))
      console.log(status ?? answer.statusCode)
      return answer.statusCode === 200 ? 0 : 1
    } catch {
      console.error(`no answer from ${url}`)
      return 1
    }
  },
}

function ownAddress(): string {
  const { host, port, tlsCertFile } = settings().http
  const scheme = tlsCertFile === '' ? 'http' : 'https'
  return `${scheme}://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`
}

function ask(url: URL, rejectUnauthorized: boolean): Promise<IncomingMessage> {
  const options = { signal: AbortSignal.timeout(3000) }
  // The certificate of our own server names its public address; nothing secret is said to it here.
  const asked =
    url.protocol === 'https:'
      ? request(url, { ...options, rejectUnauthorized })
      : requestPlainly(url, options)
  return new Promise((resolve, reject) => asked.on('response', resolve).on('error', reject).end())
}
