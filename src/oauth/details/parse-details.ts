import { isStorable } from '../../base/index.ts'
import type { AuthorizationDetail } from '../../session/index.ts'

const most = 20
const mostNested = 8

/** The common members of RFC 9396 section 2.2 that are lists of texts; `identifier` is one text. */
const lists = ['locations', 'actions', 'datatypes', 'privileges'] as const

/** What the parameter says, where it has the form of RFC 9396 section 2; undefined otherwise. */
export function parseDetails(text: string): readonly AuthorizationDetail[] | undefined {
  const parsed = readJson(text)
  if (!Array.isArray(parsed) || parsed.length === 0 || parsed.length > most) return undefined
  const members: unknown[] = parsed
  return members.every(isDetail) ? members : undefined
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isDetail(value: unknown): value is AuthorizationDetail {
  if (!isObject(value) || isDeeper(value, mostNested) || !isStorable(value)) return false
  const { type, identifier } = value
  if (typeof type !== 'string' || type === '') return false
  if (identifier !== undefined && typeof identifier !== 'string') return false
  return lists.every((name) => value[name] === undefined || isTextList(value[name]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** Stops at the limit: what is nested thousands of times must not be followed to its end. */
function isDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return limit === 0 || Object.values(value).some((member) => isDeeper(member, limit - 1))
}

/** The places that a detail is meant for (RFC 9396 section 2.2); empty where it names none. */
export function locationsOf(detail: AuthorizationDetail): readonly string[] {
  return isTextList(detail.locations) ? detail.locations : []
}
