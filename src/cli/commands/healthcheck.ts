import type { Command } from '../command.ts'
import { text } from '../command.ts'
import { settings } from '../settings.ts'

export const healthcheck: Command = {
  name: 'healthcheck',
  summary: 'ask the running server whether it is ready; exit code 0 when it is',
  options: { url: { type: 'string', help: 'address of the server (default: the local one)' } },
  async run(values) {
    const { http } = settings()
    const host = http.host === '0.0.0.0' || http.host === '::' ? 'localhost' : http.host
    const url = text(values, 'url') ?? `http://${host}:${http.port}`
    try {
      const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3000) })
      const { status }: { status?: string } = await answer.json()
      console.log(status ?? answer.status)
      return answer.ok ? 0 : 1
    } catch {
      console.error(`no answer from ${url}`)
      return 1
    }
  },
}
