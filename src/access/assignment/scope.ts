import { isPlainName } from '../model/permission.ts'

/**
 * What an assignment is limited to: one thing of a type (`document:42`), or all of a type whose ids begin
 * so (`document:2024-*`).
 */
export type Scope = { readonly type: string; readonly id: string }

const longestId = 256

/** Undefined when the text is no scope. Ids are of the application: anything printable but `*` within. */
export function parseScope(text: string): Scope | undefined {
  const colon = text.indexOf(':')
  const type = text.slice(0, colon)
  const id = text.slice(colon + 1)
  if (colon < 0 || !isPlainName(type) || id === '' || id.length > longestId) return undefined
  const body = id.endsWith('*') ? id.slice(0, -1) : id
  return /[*\p{Cc}\p{Cs}]/u.test(body) ? undefined : { type, id }
}

export function scopeText({ type, id }: Scope): string {
  return `${type}:${id}`
}

export function scopeMatches(scope: Scope, type: string, id: string | undefined): boolean {
  if (scope.type !== type) return false
  if (scope.id === '*') return true
  if (id === undefined) return false
  return scope.id.endsWith('*') ? id.startsWith(scope.id.slice(0, -1)) : scope.id === id
}
