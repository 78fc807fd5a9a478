import type { Failure } from '../base/index.ts'
import { hasControls, isWellFormed } from '../base/index.ts'
import { httpFailures } from './failures.ts'

/** Protocol parameters by name: each at most once, none empty. */
export type Parameters = ReadonlyMap<string, string>

const longest = 8192

/** What could be read, and what is wrong with the rest, by name. */
export type ReadParameters = {
  readonly parameters: Parameters
  readonly problems: ReadonlyMap<string, Failure>
}

/**
 * RFC 6749 section 3.1: a parameter without a value counts as omitted, a repeated one is an error.
 * Unknown names are kept; the endpoints ignore them.
 */
export function readParameters(raw: unknown): ReadParameters {
  const parameters = new Map<string, string>()
  const problems = new Map<string, Failure>()
  const members = typeof raw === 'object' && raw !== null ? Object.entries(raw) : []
  for (const [name, value] of members) {
    const problem = problemOf(name, value)
    if (problem !== undefined) problems.set(name, problem)
    else if (typeof value === 'string' && value !== '') parameters.set(name, value)
  }
  return { parameters, problems }
}

/** The same for endpoints that answer any problem at once. */
export function parseParameters(raw: unknown): Parameters {
  const { parameters, problems } = readParameters(raw)
  for (const problem of problems.values()) throw problem
  return parameters
}

function problemOf(name: string, value: unknown): Failure | undefined {
  const parameter = printable(name)
  if (typeof value !== 'string') return httpFailures.repeated_parameter({ parameter })
  if (value.length > longest) return httpFailures.oversized_parameter({ parameter })
  const sound = !hasControls(value) && isWellFormed(value)
  return sound ? undefined : httpFailures.bad_parameter({ parameter })
}

/** A parameter's name is echoed only when it looks like one. */
function printable(name: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(name) ? name : 'unknown'
}
