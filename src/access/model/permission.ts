/**
 * What may be done to what: `resource:action`, with `*` for any on either side. `@own` at the end limits
 * it to things that belong to who asks.
 */
export type Permission = {
  /** The type of the resource, or `*`. */
  readonly resource: string
  /** The action, or `*`. */
  readonly action: string
  /** It holds only for things that belong to who asks. */
  readonly onlyOwn: boolean
}

const name = '[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}'
const pattern = new RegExp(`^(\\*|${name}):(\\*|${name})(@own)?$`)
const plainName = new RegExp(`^${name}$`)

/** How a permission is written, for schemas. */
export const permissionPattern = pattern.source

/** Undefined when the text is no permission. */
export function parsePermission(text: string): Permission | undefined {
  const [, resource, action, own] = pattern.exec(text) ?? []
  if (resource === undefined || action === undefined) return undefined
  return { resource, action, onlyOwn: own !== undefined }
}

export function permissionText({ resource, action, onlyOwn }: Permission): string {
  return `${resource}:${action}${onlyOwn ? '@own' : ''}`
}

/** Whether a text can be the type of a resource or an action, without wildcard. */
export function isPlainName(text: string): boolean {
  return plainName.test(text)
}

/** What begins so is Cardea's own; nobody can make more of it. */
export const ownPrefix = 'cardea.'

/** Whether a permission reaches into Cardea's own API. */
export function reachesCardea({ resource }: Pick<Permission, 'resource'>): boolean {
  return resource === '*' || resource.startsWith(ownPrefix)
}

/** Whether whoever has `wide` has `narrow` too. */
export function covers(wide: Permission, narrow: Permission): boolean {
  const resource = wide.resource === '*' || wide.resource === narrow.resource
  const action = wide.action === '*' || wide.action === narrow.action
  return resource && action && (!wide.onlyOwn || narrow.onlyOwn)
}
