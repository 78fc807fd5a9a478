import type { AuditFollower } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random } from '../base/index.ts'
import { addSeconds, newId } from '../base/index.ts'
import type { Tx } from '../db/index.ts'
import type { Queue } from '../jobs/index.ts'
import type { Context, MonitorSettings, Reach, Whereabouts } from './detector.ts'
import { detectors } from './detectors.ts'
import type { Sighting } from './event.ts'
import { kinds } from './event.ts'
import type { Look } from './examine.ts'
import { examine, looksAt } from './examine.ts'
import { countEvent, insertEvent, saveMemories, selectMemories } from './store.ts'
import { tellJob } from './tell.ts'

export type MonitorNeeds = {
  readonly clock: Clock
  readonly random: Random
  readonly queue: Queue
  readonly settings: MonitorSettings & {
    /** Seconds within which the same thing is counted and not repeated. */
    readonly window: number
    readonly keepEvents: number
  }
  readonly placeOf: (ip: string) => Promise<Whereabouts | undefined>
  /** How far roles and these groups reach into Cardea, asked only when roles or groups change. */
  readonly readReach: (groupIds: readonly string[]) => Promise<(roleOrGroup: string) => Reach>
}

/** What looks at every record of the audit log, and turns what it finds into security events. */
export function createMonitor(needs: MonitorNeeds): AuditFollower {
  return {
    name: 'monitor',
    // Nobody wants letters about the years before there was a monitor.
    from: 'now',
    handle: async (tx, records) => {
      const looks = looksAt(detectors, records)
      if (looks.length === 0) return
      const keys = keysOf(looks)
      const [context, known] = [
        await contextOf(needs, looks),
        keys.length === 0 ? [] : await selectMemories(tx, keys),
      ]
      const { window } = needs.settings
      const { sightings, memories } = examine(looks, known, { context, window })
      if (memories.length > 0) await saveMemories(tx, memories)
      for (const sighting of sightings) await note(needs, tx, sighting)
    },
  }
}

function keysOf(looks: readonly Look[]) {
  const keys = looks
    .filter(({ key }) => key !== '')
    .map(({ detector, key }) => ({ detector: detector.name, key }))
  return [...new Map(keys.map((one) => [`${one.detector} ${one.key}`, one])).values()]
}

/** Everything that is to be looked up, before anything is judged. */
async function contextOf(
  { settings, placeOf, readReach }: MonitorNeeds,
  looks: readonly Look[],
): Promise<Context> {
  const places = new Map<string, Whereabouts | undefined>()
  const asksReach = looks.some(({ record }) => /^(role|group)\./.test(record.action))
  const travellers = looks.filter(({ detector }) => detector.name === 'impossible_travel')
  for (const ip of addressesOf(travellers)) places.set(ip, await placeOf(ip))
  return {
    settings,
    placeOf: (ip) => (ip === null ? undefined : places.get(ip)),
    reachOf: asksReach ? await readReach(groupsOf(looks)) : () => 'none',
  }
}

function groupsOf(looks: readonly Look[]): string[] {
  const ids = looks.flatMap(({ record }) => /^group:(.+)$/.exec(record.resource)?.[1] ?? [])
  return [...new Set(ids)]
}

function addressesOf(looks: readonly Look[]): Set<string> {
  return new Set(looks.flatMap(({ record }) => record.ipAddress ?? []))
}

/** One event, or one more of the same. Only a new one is told of and written into the audit log. */
async function note(needs: MonitorNeeds, tx: Tx, sighting: Sighting): Promise<void> {
  const { window, keepEvents } = needs.settings
  const expiresAt = addSeconds(sighting.lastSeen, keepEvents)
  const since = addSeconds(sighting.firstSeen, -window)
  if (await countEvent(tx, { ...sighting, since, expiresAt })) return
  const id = newId<string>(needs.clock, needs.random)
  const severity = kinds[sighting.kind]
  await insertEvent(tx, { ...sighting, id, severity, expiresAt })
  const action = `security.${sighting.kind}`
  // What is in the log already is not written again: it would be found again.
  if (sighting.details.action !== action) {
    const { subject: resource, actor } = sighting
    const details = {
      event: id,
      severity,
      by: actor,
      audit_seq: sighting.details.audit_seq ?? null,
    }
    const entry = { actor: 'system', action, resource, outcome: 'success', details } as const
    await appendAudit(needs, tx, entry)
  }
  await needs.queue.add(tx, tellJob, { id })
}
