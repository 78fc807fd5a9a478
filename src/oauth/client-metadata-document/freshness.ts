import type { OutgoingAnswer } from '../../outgoing/index.ts'

/** Seconds. */
const shortest = 60
const longest = 86_400
const usual = 300

/** Seconds for which a document need not be read again (RFC 9111 section 4.2), within our bounds. */
export function freshFor({ headers }: Pick<OutgoingAnswer, 'headers'>, now: Date): number {
  const control = headers['cache-control']?.toLowerCase() ?? ''
  if (/\bno-(?:store|cache)\b/.test(control)) return shortest
  const maxAge = /\bmax-age="?(\d{1,10})/.exec(control)?.[1]
  const expires = headers.expires === undefined ? Number.NaN : Date.parse(headers.expires)
  const named = maxAge === undefined ? (expires - now.getTime()) / 1000 : Number(maxAge)
  return Math.max(shortest, Math.min(longest, Number.isNaN(named) ? usual : Math.floor(named)))
}
