import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Which core the servers run on, and which the generator and PostgreSQL; the same for all sides. */
export type Cores = {
  /** Words for the table. */
  readonly words: string
  /** In front of the command of a server; none where nothing is pinned. */
  readonly server: readonly string[]
  /** In front of a command that may use every core. */
  readonly all: readonly string[]
}

/**
 * Moves this process, and with it the PostgreSQL that it will start, off the core that the servers are given.
 * Without taskset or a second core nothing is pinned.
 */
export function pinCores(): Cores {
  const allowed = allowedCores()
  const [first, ...others] = allowed
  if (first === undefined || others.length === 0 || spawnSync('taskset', ['-V']).status !== 0) {
    return { words: 'nothing is pinned: there is no taskset or one core', server: [], all: [] }
  }
  execFileSync('taskset', ['-a', '-c', '-p', others.join(','), String(process.pid)])
  return {
    words: `the server on core ${first}; the generator and PostgreSQL on ${others.length === 1 ? 'core' : 'cores'} ${others.join(', ')}`,
    server: ['taskset', '-c', String(first)],
    all: ['taskset', '-c', allowed.join(',')],
  }
}

function allowedCores(): number[] {
  const status = readFileSync('/proc/self/status', 'latin1')
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}
