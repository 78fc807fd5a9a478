import swagger from '@fastify/swagger'
import type { HttpServer } from '../server.ts'

const guarded = new Set(['account', 'admin'])

/** Lets the server describe its routes as OpenAPI 3.1; must come before the first of them. */
export async function describeApi(http: HttpServer, version: string): Promise<void> {
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Cardea',
        version,
        description: 'Accounts, OAuth 2.0 and OpenID Connect.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'oauth', description: 'The protocol. Errors are those of RFC 6749.' },
        { name: 'account', description: 'The signed-in user. Errors are RFC 9457 problems.' },
        { name: 'admin', description: 'Administration. Errors are RFC 9457 problems.' },
        { name: 'operation', description: 'Health of the server.' },
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          client: { type: 'http', scheme: 'basic', description: 'client_id and client_secret' },
        },
      },
    },
    // The two APIs ask for a bearer token wherever a route does not say otherwise.
    transform: ({ schema, url }) => {
      const tagged = schema.tags?.some((tag) => guarded.has(tag)) === true
      const security = schema.security ?? (tagged ? [{ bearer: [] }] : [])
      return { schema: { ...schema, security }, url }
    },
  })
}
