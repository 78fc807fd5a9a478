import type { Document, Schema } from './document.ts'
import { mapMedia, mapOperations } from './document.ts'

/** Shorter ones are easier to read where they are used, even several times. */
const worthNaming = 240

/**
 * Puts what is sent and answered into `components.schemas`, each once: by its title, by the operation that
 * has it, or, where parts of it stand in several places, by the member that holds them.
 */
export function nameSchemas(document: Document): Document {
  const counts = countSchemas(document)
  const names = new Map<string, string>()
  const schemas = new Map<string, Schema>()
  const refer = (schema: Schema, key: string, wanted: string): Schema => {
    const name = names.get(key) ?? freeName(schemas, wanted)
    names.set(key, name)
    schemas.set(name, schema)
    return { $ref: `#/components/schemas/${name}` }
  }
  const hoist = (schema: Schema, hint: string, root: boolean): Schema => {
    const key = JSON.stringify(schema)
    const inner = mapMembers(schema, (member, name) =>
      hoist(member, name === 'items' ? itemOf(hint) : pascal(name || hint), false),
    )
    if (!isNameable(schema)) return inner
    const often = (counts.get(key) ?? 0) > 1 && key.length >= worthNaming
    if (schema.title === undefined && !root && !often) return inner
    return refer(inner, key, schema.title === undefined ? hint : pascal(schema.title))
  }
  const named = mapOperations(document, (operation) =>
    mapMedia(operation, (media, role, status) => {
      if (media.schema === undefined) return media
      const hint = `${pascal(operation.operationId ?? 'unnamed')}${role}`
      return { ...media, schema: hoist(media.schema, hint + (status === '202' ? '202' : ''), true) }
    }),
  )
  const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...named,
    components: {
      ...document.components,
      schemas: { ...document.components.schemas, ...Object.fromEntries(sorted) },
    },
  }
}

/** The things of a list: `ListUsersAnswer` has each `ListUsersItem`. */
function itemOf(hint: string): string {
  return `${hint.replace(/Answer$/, '')}Item`
}

/** A schema of a body or an answer by its title. */
export function findSchema(document: Document, title: string): Schema | undefined {
  let found: Schema | undefined
  mapOperations(document, (operation) =>
    mapMedia(operation, (media) => {
      if (media.schema?.title === title) found ??= media.schema
      return media
    }),
  )
  return found
}

function isNameable({ type, properties, anyOf, enum: values, title }: Schema): boolean {
  return (
    type === 'object' || properties !== undefined || (title !== undefined && !!(anyOf ?? values))
  )
}

function countSchemas(document: Document): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const count = (schema: Schema): Schema => {
    const key = JSON.stringify(schema)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return mapMembers(schema, count)
  }
  mapOperations(document, (operation) =>
    mapMedia(operation, (media) => {
      if (media.schema !== undefined) count(media.schema)
      return media
    }),
  )
  return counts
}

function freeName(taken: ReadonlyMap<string, Schema>, wanted: string): string {
  let name = wanted
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}${count}`
  return name
}

/** The schema with every schema inside it replaced. */
function mapMembers(schema: Schema, change: (member: Schema, name: string) => Schema): Schema {
  const all = (members: Readonly<Record<string, Schema>>) =>
    Object.fromEntries(Object.entries(members).map(([name, it]) => [name, change(it, name)]))
  const { properties, patternProperties, items, anyOf, allOf, additionalProperties } = schema
  return {
    ...schema,
    ...(properties && { properties: all(properties) }),
    ...(patternProperties && { patternProperties: all(patternProperties) }),
    ...(items && { items: change(items, '') }),
    ...(anyOf && { anyOf: anyOf.map((it) => change(it, '')) }),
    ...(allOf && { allOf: allOf.map((it) => change(it, '')) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: change(additionalProperties, ''),
    }),
  }
}

function pascal(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}
