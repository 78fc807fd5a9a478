import { type Static, Type } from 'typebox'
import { tagged } from '../../account/index.ts'
import type { Reply } from '../../http/index.ts'
import type { Resource } from '../../oauth/index.ts'
import { ResourceInput, resourceInput } from '../../oauth/index.ts'

const uuid = Type.String({
  format: 'uuid',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
})
const time = Type.String({ format: 'date-time' })

export const ResourceParams = Type.Object({ resource_id: uuid })

const example = {
  identifier: 'https://invoices.example.com/api',
  name: 'Invoices',
  scopes: [
    { scope: 'invoices:read', name: 'See your invoices' },
    {
      scope: 'invoices:pay',
      name: 'Pay your invoices',
      description: 'Up to the limit that you set at your bank',
    },
  ],
  access_token_format: 'jwt',
  access_token_lifetime: 300,
  access_token_signing_alg: 'ES256',
  require_binding: false,
  introspection_clients: ['c_Zk3rT0b5mR8sQ1x7vW2y4A'],
}

export const ResourceBody = Type.Object(
  { id: uuid, ...Type.Required(ResourceInput).properties, created_at: time, updated_at: time },
  {
    title: 'Resource',
    examples: [
      {
        id: '01960d2c-7c00-7000-8000-0000000000d1',
        ...example,
        created_at: '2026-11-25T09:30:00.000Z',
        updated_at: '2026-11-25T09:30:00.000Z',
      },
    ],
  },
)

export const NewResource = Type.Object(ResourceInput.properties, {
  title: 'NewResource',
  additionalProperties: false,
  examples: [example],
})

const { identifier: _identifier, ...changeable } = ResourceInput.properties
export const ResourcePatch = Type.Partial(Type.Object(changeable), {
  title: 'ResourcePatch',
  additionalProperties: false,
  minProperties: 1,
  examples: [{ access_token_format: 'opaque', access_token_lifetime: null }],
})

export function resourceBody(resource: Resource): Static<typeof ResourceBody> {
  return {
    id: resource.id,
    ...resourceInput(resource),
    created_at: resource.createdAt.toISOString(),
    updated_at: resource.updatedAt.toISOString(),
  }
}

/** A resource with its version. */
export function sendResource(reply: Reply, resource: Resource): Reply {
  return tagged(reply, resource).send(resourceBody(resource))
}
