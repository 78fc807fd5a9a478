type Batches = { readonly limit: number; readonly maxBatches: number }

/** Deletes in short statements until one comes back unfilled; what is left waits for the next run. */
export async function sweepInBatches(
  deleteBatch: (limit: number) => Promise<number>,
  { limit, maxBatches }: Batches,
): Promise<number> {
  let total = 0
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const deleted = await deleteBatch(limit)
    total += deleted
    if (deleted < limit) break
  }
  return total
}
