import { Check } from 'typebox/value'
import type { Schema } from './document.ts'
import { knownValues } from './known-values.ts'

/**
 * A value that fits a schema: what the schema gives as an example, or one made of the examples of its
 * members and of what members of that name usually hold.
 */
export function exampleOf(schema: Schema, name = ''): unknown {
  const { examples, anyOf, allOf } = schema
  const [given] = examples ?? []
  if (given !== undefined) return given
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.default ?? schema.enum[0]
  if (allOf !== undefined) return Object.assign({}, ...allOf.map((part) => exampleOf(part, name)))
  if (anyOf !== undefined) {
    const filled = anyOf.find(({ type }) => type !== 'null') ?? anyOf[0]
    return filled === undefined ? null : exampleOf(filled, name)
  }
  if (schema.type === 'object' || schema.properties !== undefined) return objectExample(schema)
  if (schema.type === 'array') return arrayExample(schema, name)
  const fitting = candidates(schema, name).find((value) => Check(schema, value))
  return fitting ?? schema.default ?? null
}

function objectExample({ properties = {} }: Schema): unknown {
  const members = Object.entries(properties).map(([name, member]) => [
    name,
    exampleOf(member, name),
  ])
  return Object.fromEntries(members)
}

function arrayExample({ items, minItems = 1 }: Schema, name: string): unknown {
  if (items === undefined) return []
  const item = exampleOf(items, name.replace(/s$/, ''))
  return Array.from({ length: Math.max(1, minItems) }, () => item)
}

/** From the most telling to the plainest. */
function candidates(schema: Schema, name: string): unknown[] {
  const known = knownValues[name]
  const suffixed = knownValues[`*${/_[a-z]+$/.exec(name)?.[0] ?? ''}`]
  const formatted = knownValues[`:${schema.format ?? ''}`]
  const { minimum = 1, maximum = minimum } = schema
  const padded = 'text'.padEnd(schema.minLength ?? 0, 'x')
  return [known, formatted, suffixed, schema.default, padded, minimum, maximum, true, null].filter(
    (value) => value !== undefined,
  )
}
