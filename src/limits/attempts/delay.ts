/**
 * The rules of the growing delay, as functions of values.
 * An attempt counts as a failure from the moment it begins, so that a crowd of parallel attempts is a
 * crowd of failures; when it succeeds it is taken back.
 */

/** The failures of one kind of actor at one account, and when the last one began. */
export type Bucket = { readonly failures: number; readonly last: Date }

export type DelayRules = {
  /** Failures that cost nothing. */
  readonly free: number
  /** Seconds. */
  readonly longest: number
}

/** Seconds until another attempt may begin; 0 when it may begin now. */
export function waitFor(bucket: Bucket | undefined, rules: DelayRules, now: Date): number {
  if (bucket === undefined || bucket.failures < rules.free) return 0
  const delay = Math.min(2 ** (bucket.failures - rules.free), rules.longest)
  const passed = (now.getTime() - bucket.last.getTime()) / 1000
  return Math.max(0, delay - passed)
}

/** The bucket after an attempt has begun. */
export function begun(bucket: Bucket | undefined, now: Date): Bucket {
  return { failures: (bucket?.failures ?? 0) + 1, last: now }
}

/** The bucket after one attempt has turned out well; undefined when it was not counted. */
export function takenBack(bucket: Bucket | undefined): Bucket | undefined {
  if (bucket === undefined || bucket.failures === 0) return undefined
  return { failures: bucket.failures - 1, last: bucket.last }
}

export function writeBucket({ failures, last }: Bucket): string {
  return `${failures}@${last.getTime()}`
}

/** Undefined for what we did not write. */
export function readBucket(text: string | undefined): Bucket | undefined {
  const found = /^(\d{1,15})@(\d{1,15})$/.exec(text ?? '')
  return found ? { failures: Number(found[1]), last: new Date(Number(found[2])) } : undefined
}
