/**
 * How often a value of one sample exceeds a value of the other: 0.5 for samples of one distribution, 0 or
 * 1 for separate ones (the statistic of Mann and Whitney, divided by the number of pairs).
 */
export function superiority(a: readonly number[], b: readonly number[]): number {
  let wins = 0
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0
  return wins / (a.length * b.length)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/**
 * Times two things in turn, in alternating order, so that whatever slows the machine slows both. The
 * first rounds are thrown away.
 */
export async function timeBoth(
  rounds: number,
  a: (round: number) => Promise<unknown>,
  b: (round: number) => Promise<unknown>,
): Promise<{ readonly a: number[]; readonly b: number[] }> {
  const times = { a: [] as number[], b: [] as number[] }
  const warmUp = 10
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const order = round % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)
    for (const which of order) {
      const start = performance.now()
      await (which === 'a' ? a(round) : b(round))
      const elapsed = performance.now() - start
      if (round >= warmUp) times[which].push(elapsed)
    }
  }
  return times
}

/**
 * Beyond this a difference is no accident: with 150 values each, chance moves the superiority of equal
 * distributions by 0.033 (one standard deviation), so this is more than five of them.
 */
export const noticeable = 0.18
