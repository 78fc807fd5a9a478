import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

/** What figures mean nothing without. */
export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly system: string
  readonly node: string
  /** Of what was measured and of what it stands on. */
  readonly versions: Readonly<Record<string, string>>
}

const packages = [
  'oidc-provider',
  'better-auth',
  '@better-auth/oauth-provider',
  'fastify',
  'jose',
  'pg',
  '@node-rs/argon2',
]

/** Before anything is pinned, or the cores are not all counted. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    versions: Object.fromEntries([
      ['cardea', versionIn('')],
      ...packages.map((name) => [name, versionIn(`node_modules/${name}/`)]),
    ]),
  }
}

function versionIn(folder: string): string {
  const file = fileURLToPath(new URL(`../${folder}package.json`, import.meta.url))
  return String(JSON.parse(readFileSync(file, 'utf8')).version)
}
