import type { Document, Operation } from '../description/document.ts'

export type Entry = {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** A page of the reference: operations that belong together. */
export type Chapter = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly entries: readonly Entry[]
}

/** The chapters in the order of the tags; administration has one for each kind of thing. */
export function chaptersOf({ tags, paths }: Document): Chapter[] {
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
  return tags.flatMap(({ name, description }) => {
    const own = entries.filter(({ operation }) => operation.tags?.includes(name))
    const parts = new Map<string, Entry[]>()
    for (const entry of own) {
      const part = partOf(entry.path)
      parts.set(part, [...(parts.get(part) ?? []), entry])
    }
    return [...parts].map(([part, some]) => ({
      name: part === '' ? name : `${name}-${part}`,
      title: titleOf(name, part.replaceAll('-', ' ')),
      description,
      entries: some,
    }))
  })
}

function titleOf(tag: string, part: string): string {
  if (part === '' || part.startsWith(tag)) return part || tag
  return `${tag}: ${part}`
}

/** `users` of `/api/v1/admin/users/{user_id}`. */
function partOf(path: string): string {
  return /^\/api\/v1\/admin\/([^/]+)/.exec(path)?.[1] ?? ''
}
