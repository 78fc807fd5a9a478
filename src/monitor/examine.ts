import type { AuditRecord } from '../audit/index.ts'
import type { Context, Detector } from './detector.ts'
import type { Finding, Sighting } from './event.ts'

/** What a detector remembers of a key; an undefined state is none. */
export type Memory = {
  readonly detector: string
  readonly key: string
  readonly state: unknown
  readonly expiresAt: Date
}

export type Look = {
  readonly detector: Detector
  readonly record: AuditRecord
  readonly key: string
}

/** Which detectors look at which records, in order of the records. */
export function looksAt(
  detectors: readonly Detector[],
  records: readonly AuditRecord[],
): readonly Look[] {
  return records.flatMap((record) =>
    detectors.flatMap((detector) => {
      const key = detector.keyOf(record)
      return key === undefined ? [] : [{ detector, record, key }]
    }),
  )
}

export type Examined = { readonly sightings: Sighting[]; readonly memories: Memory[] }

/** Judges one record after the other; the memory of one is what the next begins with. */
export function examine(
  looks: readonly Look[],
  known: readonly Memory[],
  { context, window }: { readonly context: Context; readonly window: number },
): Examined {
  const memories = new Map(known.map((memory) => [nameOf(memory), memory]))
  const changed = new Map<string, Memory>()
  const found: [Finding, Date][] = []
  for (const { detector, record, key } of looks) {
    const name = nameOf({ detector: detector.name, key })
    const memory = memories.get(name)
    const isAlive = memory !== undefined && memory.expiresAt > record.createdAt
    const judgement = detector.judge(record, isAlive ? memory.state : undefined, context)
    if (judgement.memory !== undefined) {
      const next = { detector: detector.name, key, ...judgement.memory }
      memories.set(name, next)
      changed.set(name, next)
    }
    if (judgement.finding !== undefined) found.push([judgement.finding, record.createdAt])
  }
  return { sightings: addUp(found, window), memories: [...changed.values()] }
}

/** The same thing within a window is one sighting with a count. */
function addUp(found: readonly (readonly [Finding, Date])[], window: number): Sighting[] {
  const open = new Map<string, number>()
  const sightings: Sighting[] = []
  for (const [finding, at] of found) {
    const name = `${finding.kind} ${finding.subject}`
    const index = open.get(name)
    const before = index === undefined ? undefined : sightings[index]
    if (index === undefined || before === undefined || isOver(before, at, window)) {
      open.set(name, sightings.length)
      sightings.push({ ...finding, count: 1, firstSeen: at, lastSeen: at })
    } else sightings[index] = { ...before, ...finding, count: before.count + 1, lastSeen: at }
  }
  return sightings
}

function isOver({ firstSeen }: Sighting, at: Date, window: number): boolean {
  return at.getTime() >= firstSeen.getTime() + window * 1000
}

function nameOf({ detector, key }: Pick<Memory, 'detector' | 'key'>): string {
  return `${detector} ${key}`
}
