import { hasControls, isWellFormed } from '../base/index.ts'
import { httpFailures } from './failures.ts'

/** Protocol parameters by name: each at most once, none empty. */
export type Parameters = ReadonlyMap<string, string>

const longest = 8192

/**
 * RFC 6749 section 3.1: a parameter without a value counts as omitted, a repeated one is an error.
 * Unknown names are kept; the endpoints ignore them.
 */
export function parseParameters(raw: unknown): Parameters {
  const parameters = new Map<string, string>()
  if (typeof raw !== 'object' || raw === null) return parameters
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value !== 'string')
      throw httpFailures.repeated_parameter({ parameter: printable(name) })
    if (value === '') continue
    if (value.length > longest)
      throw httpFailures.oversized_parameter({ parameter: printable(name) })
    if (hasControls(value) || !isWellFormed(value)) {
      throw httpFailures.bad_parameter({ parameter: printable(name) })
    }
    parameters.set(name, value)
  }
  return parameters
}

/** A parameter's name is echoed only when it looks like one. */
function printable(name: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(name) ? name : 'unknown'
}
