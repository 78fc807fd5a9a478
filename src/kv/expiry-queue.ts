export type Expiring = { readonly expiresAt: number }

/** What expires next. A binary heap: `push` and `pop` take logarithmic time, `peek` none. */
export type ExpiryQueue<Item extends Expiring> = {
  readonly size: () => number
  readonly peek: () => Item | undefined
  readonly push: (item: Item) => void
  readonly pop: () => Item | undefined
  /** Forgets the items that are no longer wanted. */
  readonly keep: (wanted: (item: Item) => boolean) => void
}

export function createExpiryQueue<Item extends Expiring>(): ExpiryQueue<Item> {
  let heap: Item[] = []
  const pop = () => {
    const [first] = heap
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) sink(heap, last)
    return first
  }
  return {
    size: () => heap.length,
    peek: () => heap[0],
    push: (item) => rise(heap, item),
    pop,
    keep: (wanted) => {
      // A sorted array is a heap.
      heap = heap.filter(wanted).sort((a, b) => a.expiresAt - b.expiresAt)
    },
  }
}

/** Adds an item at the end and moves it towards the root past everything that expires later. */
function rise<Item extends Expiring>(heap: Item[], item: Item): void {
  let at = heap.length
  while (at > 0) {
    const up = (at - 1) >> 1
    const parent = heap[up]
    if (parent === undefined || parent.expiresAt <= item.expiresAt) break
    heap[at] = parent
    at = up
  }
  heap[at] = item
}

/** Puts an item at the root and moves it away from there past everything that expires sooner. */
function sink<Item extends Expiring>(heap: Item[], item: Item): void {
  let at = 0
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
    const useRight = left !== undefined && right !== undefined && right.expiresAt < left.expiresAt
    const child = useRight ? right : left
    if (child === undefined || child.expiresAt >= item.expiresAt) break
    heap[at] = child
    at = 2 * at + (useRight ? 2 : 1)
  }
  heap[at] = item
}
