import type { InvalidMember } from '../../../base/index.ts'
import type { FirebaseParameters } from '../../foreign-hash/index.ts'

export type RawRecord = Readonly<Record<string, unknown>>

export type SourceOptions = { readonly firebase?: FirebaseParameters }

/** A record under our own names. What the other system has and we do not know stays, to be told. */
export type Converted = {
  readonly record: RawRecord
  readonly errors: readonly InvalidMember[]
}

/** Another system, known by members that only its users have. */
export type Source = {
  readonly name: string
  readonly marks: readonly string[]
  readonly convert: (raw: RawRecord, options: SourceOptions) => Converted
}

/** Takes the members of a record one by one; what is left over at the end is unknown to us. */
export function takeFrom(raw: RawRecord) {
  const left = new Map(Object.entries(raw))
  return {
    take: (name: string): unknown => {
      const value = left.get(name)
      left.delete(name)
      return value ?? undefined
    },
    drop: (names: readonly string[]) => {
      for (const name of names) left.delete(name)
    },
    rest: () => Object.fromEntries(left),
  }
}

/** Without what is absent or null. */
export function present(members: RawRecord): RawRecord {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  )
}

/** Milliseconds since 1970, as a number or a text, as other systems write times. */
export function fromMillis(value: unknown): unknown {
  const millis = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof millis !== 'number') return value
  const at = new Date(millis)
  return Number.isNaN(at.getTime()) ? value : at.toISOString()
}

export function negate(value: unknown): unknown {
  return typeof value === 'boolean' ? !value : value
}
