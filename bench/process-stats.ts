/** What /proc tells of a process and of the processes below it. */
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100 // sysconf(_SC_CLK_TCK) on every Linux that Node runs on
const bytesPerMib = 1024 * 1024
const pageSize = 4096

type Stat = {
  readonly parent: number
  readonly ticks: number
  /** Of children that have ended. */
  readonly pastTicks: number
  readonly residentPages: number
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const at = (position: number) => Number(fields[position - 3])
    return {
      parent: at(4),
      ticks: at(14) + at(15),
      pastTicks: at(16) + at(17),
      residentPages: at(24),
    }
  } catch {
    return undefined
  }
}

/** All processes below `pid`: for Cardea, its PostgreSQL. */
function descendants(pid: number): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const parents = new Map(all.map((child) => [child, statOf(child)?.parent ?? 0]))
  const below = (child: number): boolean => {
    const parent = parents.get(child) ?? 0
    return parent === pid || (parent > 1 && below(parent))
  }
  return all.filter(below)
}

/** CPU time of a process and all below it, those that have ended included: a PostgreSQL, or workers. */
export function familyCpuSeconds(pid: number): number {
  const family = [pid, ...descendants(pid)].map(statOf)
  const ticks = family.reduce((sum, one) => sum + (one ? one.ticks + one.pastTicks : 0), 0)
  return ticks / ticksPerSecond
}

/** Resident memory of the process alone. */
export function residentMib(pid: number): number {
  return ((statOf(pid)?.residentPages ?? 0) * pageSize) / bytesPerMib
}

/** Proportional memory of the processes below: PostgreSQL's shared buffers count once. */
export function childrenMib(pid: number): number {
  const sizes = descendants(pid).map((child) => {
    try {
      const rollup = readFileSync(`/proc/${child}/smaps_rollup`, 'latin1')
      return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024
    } catch {
      return 0
    }
  })
  return sizes.reduce((sum, each) => sum + each, 0)
}
