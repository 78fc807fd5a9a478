/** Milliseconds that a worker must have served for its death to count as one of its own. */
const settled = 10_000
const firstPause = 100
const longestPause = 30_000

/** So many workers in a row that end before they serve, while none serves, and there is no use in another. */
export const mostFailedStarts = 5

/** How many times in a row a place was left soon, with this time. */
export function quickDeaths(before: number, servedMillis: number): number {
  return servedMillis >= settled ? 0 : before + 1
}

/** Milliseconds to wait before a worker is replaced: none, unless it happens again and again. */
export function pauseBefore(deaths: number): number {
  return deaths < 2 ? 0 : Math.min(firstPause * 2 ** (deaths - 2), longestPause)
}
