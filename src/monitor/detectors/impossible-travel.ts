import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Detector, Point } from '../detector.ts'
import { finding } from '../event.ts'

const LastSeen = Type.Object({
  at: Type.Number(),
  words: Type.String(),
  latitude: Type.Number(),
  longitude: Type.Number(),
})

const earthRadius = 6371
/** Half the way round the earth; who had longer than that takes is nowhere impossible. */
const farthest = 20_038

/** Two sign-ins of a person so far apart that nobody travels so fast. */
export const impossibleTravel: Detector = {
  name: 'impossible_travel',
  keyOf: ({ action, outcome, actor, ipAddress }) =>
    action === 'session.start' && outcome === 'success' && ipAddress !== null ? actor : undefined,
  judge: (record, state, { settings, placeOf }) => {
    const here = placeOf(record.ipAddress)
    if (here?.point === undefined) return {}
    const at = record.createdAt.getTime()
    const before = Check(LastSeen, state) ? state : undefined
    const lifetime = (farthest / settings.travelSpeed) * 3_600_000
    const memory = {
      state: { at, words: here.words, ...here.point },
      expiresAt: new Date(at + lifetime),
    }
    if (before === undefined) return { memory }
    const kilometres = distance(before, here.point)
    const seconds = Math.max(0, at - before.at) / 1000
    if (!isImpossible({ kilometres, seconds }, settings)) return { memory }
    const details = { from: before.words, to: here.words, kilometres: Math.round(kilometres) }
    const subject = record.actor
    return {
      memory,
      finding: finding(record, 'impossible_travel', {
        subject,
        details: { ...details, seconds: Math.round(seconds) },
      }),
    }
  },
}

type Limits = { readonly travelSpeed: number; readonly travelDistance: number }

/** Places of addresses are rough, so what is near is never judged. */
export function isImpossible(
  { kilometres, seconds }: { readonly kilometres: number; readonly seconds: number },
  { travelSpeed, travelDistance }: Limits,
): boolean {
  return kilometres >= travelDistance && kilometres > (travelSpeed * seconds) / 3600
}

/** Kilometres along the surface of the earth (the haversine formula). */
export function distance(from: Point, to: Point): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180
  const [a, b] = [rad(from.latitude), rad(to.latitude)]
  const half = (angle: number) => Math.sin(angle / 2) ** 2
  const h = half(b - a) + Math.cos(a) * Math.cos(b) * half(rad(to.longitude - from.longitude))
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)))
}
