import type { Feed } from './feed.ts'
import { maxAge } from './feed.ts'

/** Something that was read, and whether it is true of the last second when a decision is made. */
export type Reading<T> = { readonly value: T; readonly holds: () => boolean }

/** Read less than a second ago, or found unchanged by a look less than a second ago. */
export function isTrueNow(feed: Feed, millisSinceRead: number, unchanged: boolean): boolean {
  return millisSinceRead < maxAge || (unchanged && feed.age() < maxAge)
}
