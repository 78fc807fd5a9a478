import swagger from '@fastify/swagger'
import type { FastifyContextConfig, FastifySchema } from 'fastify'
import { findSchema, nameSchemas } from '../description/components.ts'
import type { Document, Marks } from '../description/document.ts'
import { mapOperations } from '../description/document.ts'
import { exampleOf } from '../description/example.ts'
import { problemAnswers, sharedHeaders } from '../description/problem-answers.ts'
import { securitySchemes, tags } from '../description/tags.ts'
import { sharedParameters, writeOperation } from '../description/write-operation.ts'
import type { HttpServer } from '../server.ts'

type Security = NonNullable<FastifySchema['security']>

/** Lets the server describe its routes as OpenAPI 3.1; must come before the first of them. */
export async function describeApi(http: HttpServer, version: string): Promise<void> {
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Cardea',
        version,
        description: 'Accounts, OAuth 2.0, OpenID Connect, decisions and their administration.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags,
      components: { securitySchemes },
    },
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, ...ofRoute(schema, url, route.method, route.config) },
      url,
    }),
    transformObject: (made) =>
      complete(
        'openapiObject' in made ? (made.openapiObject as unknown as Document) : noDocument(),
      ),
  })
}

/** What the document says of a route beside its schemas. */
function ofRoute(
  schema: FastifySchema,
  url: string,
  method: string | readonly string[],
  config: FastifyContextConfig = {},
): object {
  const { access, etag, deprecated, idempotency } = config
  const security = schema.security ?? securityOf(url, access !== undefined)
  const kept = access !== undefined && url.startsWith('/api/v1/admin')
  const repeatable = kept && method === 'POST' && idempotency !== false
  const marks: Marks = { ...(etag && { etag }), ...(repeatable && { repeatable }) }
  return {
    security,
    'x-permission': access?.permission ?? permissionOf(security),
    ...(access?.of !== undefined && { 'x-permission-of': access.of }),
    ...(access?.self === true && { 'x-permission-except-self': true }),
    ...(access?.recent === true && { 'x-recent-proof': true }),
    ...(access?.interactive === true && { 'x-people-only': true }),
    ...(deprecated && { deprecated: true, 'x-sunset': deprecated.sunset }),
    'x-route': marks,
  }
}

/** What holds wherever a route does not say otherwise. */
function securityOf(url: string, guarded: boolean): Security {
  const people: Security = [{ bearer: [] }, { session: [] }]
  if (guarded) return [...people, { apiKey: [] }]
  return url.startsWith('/api/') ? people : []
}

function permissionOf(security: Security): string {
  if (security.length === 0) return 'public'
  return security.some((one) => 'client' in one) ? 'client' : 'self'
}

function noDocument(): never {
  throw new Error('this is no document of OpenAPI 3')
}

function complete(document: Document): object {
  const { components } = document
  const named = nameSchemas(mapOperations(document, writeOperation))
  const problem = findSchema(document, 'Problem')
  return {
    ...named,
    components: {
      ...components,
      ...named.components,
      schemas: { ...named.components.schemas, ...(problem && { Problem: problem }) },
      responses: problemAnswers(problem && exampleOf(problem)),
      parameters: sharedParameters,
      headers: sharedHeaders,
    },
  }
}
