import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'

const main = path.resolve(import.meta.dirname, '../../src/main.ts')

export type CommandResult = { readonly code: number | null; readonly output: string }

/** Runs `cardea ...` on a test database, in a folder without a `.env`. */
export function runCommand(
  databaseUrl: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  const child = spawn(process.execPath, [main, ...argv], {
    cwd: tmpdir(),
    env: { PATH, NODE_COMPILE_CACHE, DATABASE_URL: withHost(databaseUrl), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

/** The socket of the test server, which stands in the query, in the place of the host. */
export function withHost(url: string): string {
  const [, before = '', name = '', socket = ''] = /^(.*@)\/([^?]*)\?host=(.*)$/.exec(url) ?? []
  return socket === '' ? url : `${before}${socket}/${name}`
}
