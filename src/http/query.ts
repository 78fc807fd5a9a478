import { httpFailures } from './failures.ts'
import type { Request, Surface } from './server.ts'

type Property = { readonly type?: unknown }

/**
 * Reads the queries of the JSON API. Everything in a query is text, so what a schema calls a number or a
 * boolean is turned into one, and one value into a list of one where a list is expected. What the route
 * does not know is refused: a misspelt filter would otherwise answer with everything.
 */
export function readQueries(surface: Surface): void {
  surface.addHook('preValidation', async (request) => {
    const properties = queryProperties(request)
    const query: [string, unknown][] = Object.entries(Object(request.query))
    for (const [name] of query)
      if (!Object.hasOwn(properties, name)) throw httpFailures.unknown_parameter()
    request.query = Object.fromEntries(
      query.map(([name, value]) => [name, typed(value, properties[name]?.type)]),
    )
  })
}

function queryProperties(request: Request): Readonly<Record<string, Property>> {
  const schema = request.routeOptions.schema?.querystring
  return Object(Object(schema).properties)
}

/** The value as the type says, where it reads like that; the schema refuses the rest. */
function typed(value: unknown, type: unknown): unknown {
  if (type === 'array') return Array.isArray(value) ? value : [value]
  if (typeof value !== 'string') return value
  if (type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value)
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true'
  return value
}
