/**
 * @cardea/resource-server: protects an HTTP API or an MCP server. It publishes what the resource is (RFC 9728),
 * verifies access tokens (RFC 9068) with their binding (RFC 9449), and answers who may not in with the
 * `WWW-Authenticate` header that leads a client to its authorization server (RFC 6750, RFC 9728 section 5.1).
 */
export type { Guard, ResourceServer, ResourceServerOptions } from './resource-server.ts'
export { createResourceServer } from './resource-server.ts'
export type { Refusal } from './refusal.ts'
export { ResourceError } from './refusal.ts'
export type { Demands, Token } from './token.ts'
