// ISO 8601, and the way in which PostgreSQL prints a timestamptz.
const form =
  /^(?<day>\d{4}-\d{2}-\d{2})[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?<zone>Z|[+-]\d{2}(?::?\d{2})?)?$/

/** A point in time; without a zone it is taken for UTC, in which most databases keep theirs. */
export function parseMoment(text: string): Date | undefined {
  const { day, time, zone = 'Z' } = form.exec(text)?.groups ?? {}
  if (day === undefined || time === undefined) return undefined
  const offset = zone.length === 3 ? `${zone}:00` : zone.replace(/^(.\d\d)(\d\d)$/, '$1:$2')
  const at = new Date(`${day}T${time}${offset}`)
  return Number.isNaN(at.getTime()) ? undefined : at
}
