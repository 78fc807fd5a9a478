export function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b)
}

/** The value that `share` of all values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const inOrder = sorted(values)
  const at = Math.min(inOrder.length - 1, Math.max(0, Math.ceil(share * inOrder.length) - 1))
  return inOrder[at] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const inOrder = sorted(values)
  const middle = Math.floor(inOrder.length / 2)
  const upper = inOrder[middle] ?? Number.NaN
  return inOrder.length % 2 === 1 ? upper : ((inOrder[middle - 1] ?? upper) + upper) / 2
}

export type Spread = { readonly median: number; readonly least: number; readonly most: number }

export function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
  }
}
