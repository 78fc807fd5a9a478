import { readdirSync, readFileSync } from 'node:fs'

/** What /proc tells of a process and of the processes below it. */
export type CpuSeconds = { readonly own: number; readonly children: number }

const ticksPerSecond = 100 // sysconf(_SC_CLK_TCK) on every Linux that Node runs on
const bytesPerMib = 1024 * 1024
const pageSize = 4096

type Stat = { readonly parent: number; readonly ticks: number; readonly residentPages: number }

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const at = (position: number) => Number(fields[position - 3])
    return { parent: at(4), ticks: at(14) + at(15), residentPages: at(24) }
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

export function cpuSeconds(pid: number): CpuSeconds {
  const ticks = descendants(pid).map((child) => statOf(child)?.ticks ?? 0)
  const children = ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond
  return { own: (statOf(pid)?.ticks ?? 0) / ticksPerSecond, children }
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
