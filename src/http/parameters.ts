import type { Failure } from '../base/index.ts'
import { hasControls, isWellFormed } from '../base/index.ts'
import { httpFailures } from './failures.ts'

/** Protocol parameters by name: each at most once, none empty. */
export type Parameters = ReadonlyMap<string, string>

/** Parameters that may be repeated, by name; an absent one is not in it. */
export type ParameterLists = ReadonlyMap<string, readonly string[]>

/** Characters. */
const longest = 8192
/** The same of what is a whole token, perhaps encrypted (RFC 9101, RFC 7523, RFC 8693). */
const longestToken = 32_768
const tokens = new Set(['request', 'client_assertion', 'assertion', 'subject_token', 'actor_token'])
const mostRepeats = 20
const repeatable = new Set(['resource', 'audience'])

/** What could be read, and what is wrong with the rest, by name. */
export type ReadParameters = {
  readonly parameters: Parameters
  /** Those that may be repeated (`resource` of RFC 8707, `audience` of RFC 8693), each with all its values. */
  readonly lists: ParameterLists
  readonly problems: ReadonlyMap<string, Failure>
}

/**
 * RFC 6749 section 3.1: a parameter without a value counts as omitted, a repeated one is an error.
 * Unknown names are kept; the endpoints ignore them. What RFC 8707 and RFC 8693 let repeat is in `lists` only.
 */
export function readParameters(raw: unknown): ReadParameters {
  const parameters = new Map<string, string>()
  const problems = new Map<string, Failure>()
  const lists = new Map<string, readonly string[]>()
  const members = typeof raw === 'object' && raw !== null ? Object.entries(raw) : []
  for (const [name, value] of members) {
    const values = repeatable.has(name) ? valuesOf(value) : undefined
    const problem = problemOf(name, values ?? value)
    if (problem !== undefined) problems.set(name, problem)
    else if (values !== undefined) {
      if (values.length > 0) lists.set(name, values)
    } else if (typeof value === 'string' && value !== '') parameters.set(name, value)
  }
  return { parameters, lists, problems }
}

function valuesOf(value: unknown): string[] | undefined {
  const all: unknown[] = Array.isArray(value) ? value : [value]
  const texts = all.filter((one) => typeof one === 'string')
  return texts.length === all.length ? texts.filter((text) => text !== '') : undefined
}

/** The same for endpoints that answer any problem at once. */
export function parseParameters(raw: unknown): Parameters {
  return parseLists(raw).parameters
}

/** The same with those that may be repeated. */
export function parseLists(raw: unknown): Pick<ReadParameters, 'parameters' | 'lists'> {
  const { parameters, lists, problems } = readParameters(raw)
  for (const problem of problems.values()) throw problem
  return { parameters, lists }
}

function problemOf(name: string, value: unknown): Failure | undefined {
  const parameter = printable(name)
  if (Array.isArray(value) && repeatable.has(name)) {
    if (value.length > mostRepeats) return httpFailures.repeated_parameter({ parameter })
    return value.map((one) => problemOf(name, one)).find((problem) => problem !== undefined)
  }
  if (typeof value !== 'string') return httpFailures.repeated_parameter({ parameter })
  const most = tokens.has(name) ? longestToken : longest
  if (value.length > most) return httpFailures.oversized_parameter({ parameter })
  const sound = !hasControls(value) && isWellFormed(value)
  return sound ? undefined : httpFailures.bad_parameter({ parameter })
}

/** A parameter's name is echoed only when it looks like one. */
function printable(name: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(name) ? name : 'unknown'
}
