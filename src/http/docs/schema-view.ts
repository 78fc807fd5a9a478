import { html } from 'ghtml'
import type { Schema } from '../description/document.ts'

type Schemas = Readonly<Record<string, Schema>>

/** The members of an object as a table; of anything else its type. */
export function schemaView(schema: Schema, schemas: Schemas): string {
  const { properties, required = [], description } = resolved(schema, schemas)
  const name = nameOf(schema)
  const heading = name === undefined ? '' : html`<p class="type">!${link(name)}</p>`
  const words = description === undefined ? '' : html`<p>!${wordsView(description)}</p>`
  if (!hasMembers(properties))
    return html`!${words}<p class="type">!${typeView(schema, schemas)}</p>`
  const rows = Object.entries(properties).map(
    ([member, it]) => html`
<tr><th scope="row"><code>${member}</code>!${required.includes(member) ? '' : '<small>optional</small>'}</th>
<td>!${typeView(it, schemas)}</td><td>!${hasMembers(it.properties) ? '' : wordsView(resolved(it, schemas).description)}</td></tr>`,
  )
  return html`!${heading}!${words}<table><tbody>!${rows.join('')}</tbody></table>`
}

/** A type in a few words, with links to what has a name. */
export function typeView(schema: Schema, schemas: Schemas): string {
  const name = nameOf(schema)
  if (name !== undefined) return link(name)
  const { type, items, anyOf, enum: values, format } = schema
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (values !== undefined)
    return values.map((value) => html`<code>${JSON.stringify(value)}</code>`).join(' or ')
  if (anyOf !== undefined) return anyOf.map((it) => typeView(it, schemas)).join(' or ')
  if (items !== undefined) return html`list of !${typeView(items, schemas)}`
  if (hasMembers(schema.properties)) return schemaView(schema, schemas)
  const words = [typeof type === 'string' ? type : 'anything', ...(format ? [`(${format})`] : [])]
  return html`${[...words, ...limitsOf(schema)].join(' ')}`
}

/** Words with what stands between backticks as code. */
export function wordsView(words = ''): string {
  return words
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
    .join('')
}

function hasMembers(
  properties: Schema['properties'],
): properties is NonNullable<Schema['properties']> {
  return properties !== undefined && Object.keys(properties).length > 0
}

function limitsOf(schema: Schema): string[] {
  const { minLength, maxLength, minimum, maximum } = schema
  const range = (least: number | undefined, most: number | undefined, what: string) =>
    least === undefined && most === undefined ? [] : [`${least ?? ''}..${most ?? ''}${what}`]
  const fallback = schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]
  return [
    ...range(minLength, maxLength, ' characters'),
    ...range(minimum, maximum, ''),
    ...fallback,
  ]
}

function resolved(schema: Schema, schemas: Schemas): Schema {
  const name = nameOf(schema)
  return name === undefined ? schema : (schemas[name] ?? schema)
}

function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.slice('#/components/schemas/'.length)
}

function link(name: string): string {
  return html`<a href="/docs/schemas#${name}">${name}</a>`
}
