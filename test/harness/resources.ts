import { createResource } from '../../src/oauth/index.ts'
import type { Resource, ResourceInput } from '../../src/oauth/index.ts'
import type { TestServer } from './server.ts'

let number = 0

/** A registered resource that knows the scopes `read` and `write`. */
export function testResource(
  server: TestServer,
  input: Partial<ResourceInput> = {},
): Promise<Resource> {
  number += 1
  const full = {
    identifier: `https://api${number}.example.com/v1`,
    name: `API ${number}`,
    scopes: [
      { scope: 'read', name: 'See it' },
      { scope: 'write', name: 'Change it' },
    ],
    ...input,
  }
  const needs = { ...server.app, issuer: server.url }
  return createResource(needs, full, { actor: 'system' })
}
