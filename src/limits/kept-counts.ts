import { type Count, type Counter, createCounter } from './counter.ts'
import { type LimitName, limitTable } from './limit-table.ts'

/** One count as it is asked of the process that counts for all. */
export type CountCall = readonly [how: keyof Counter, name: LimitName, key: string, weight: number]

export type CountLink = (...call: CountCall) => Promise<Count>

/** Counts for any number of processes. What is allowed is for each of them to say. */
export function keepCounts(): CountLink {
  const counters = new Map<LimitName, Counter>()
  const counterOf = (name: LimitName) => {
    const known = counters.get(name)
    if (known !== undefined) return known
    const { seconds } = limitTable[name]
    const made = createCounter({ name, points: Number.MAX_SAFE_INTEGER, seconds }, undefined)
    counters.set(name, made)
    return made
  }
  return (how, name, key, weight) => counterOf(name)[how](key, weight)
}

/** A limit that another process counts. */
export function linkedCounter(link: CountLink, name: LimitName): Counter {
  return {
    add: (key, weight) => link('add', name, key, weight),
    read: (key) => link('read', name, key, 0),
  }
}
