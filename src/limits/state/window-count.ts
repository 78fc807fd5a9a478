import type { Clock } from '../../base/index.ts'
import { changeEntry, type SoftState } from './soft-state.ts'

type Needs = { readonly clock: Clock; readonly store: SoftState }

type Window = {
  readonly key: string
  readonly seconds: number
  /** Nobody asks for more than this, so counting ends there and a crowd has nothing to race for. */
  readonly most: number
}

/** Counts one more in a window that begins with the first; true from the `most`th on. */
export async function reachesInWindow({ clock, store }: Needs, window: Window): Promise<boolean> {
  const { key, seconds, most } = window
  let count = 0
  const to = (seen: string | undefined) => {
    const now = clock.now().getTime()
    const [before = 0, since = now] = (seen ?? '').split('@', 2).filter(Boolean).map(Number)
    const current = now - since < seconds * 1000
    count = current ? before + 1 : 1
    return count > most ? undefined : `${count}@${current ? since : now}`
  }
  await changeEntry(store, { key, ttlSeconds: seconds, to })
  return count >= most
}
