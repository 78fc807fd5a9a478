/** Unit lengths in milliseconds, longest first: the order in which they are written. */
const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

// At most nine digits per unit keeps every sum an exact integer.
const pattern = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/

/** The seconds in `15m`, `90d`, `500ms` or `1h30m`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = text === '' ? null : pattern.exec(text)
  if (match === null) return undefined
  const millis = units.reduce((sum, [, size], i) => sum + size * Number(match[i + 1] ?? 0), 0)
  return millis / 1000
}

/** The shortest text that `parseDuration` reads back as the same number of seconds. */
export function formatDuration(seconds: number): string {
  let rest = Math.round(seconds * 1000)
  let text = ''
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}
