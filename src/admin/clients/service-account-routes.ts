import { Type } from 'typebox'
import { rightsOf } from '../../access/index.ts'
import { needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { ClientParams, clientOf, clientsPath as path } from './client.ts'

const names = Type.Array(Type.String())
const ServiceAccount = Type.Object(
  {
    client_id: Type.String(),
    enabled: Type.Boolean({
      description: 'Whether it gets tokens for itself now: active, with client_credentials',
    }),
    roles: Type.Array(Type.String(), { description: 'Roles that hold for everything' }),
    permissions: Type.Array(Type.String(), { description: 'What these allow' }),
    limited: Type.Array(
      Type.Object({ resource: Type.String(), role: Type.String(), permissions: names }),
      { description: 'What holds for single things only' },
    ),
  },
  {
    examples: [
      {
        client_id: 'c_Zk3rT0b5mR8sQ1x7vW2y4A',
        enabled: true,
        roles: ['authorizer'],
        permissions: ['cardea.decision:evaluate', 'cardea.decision:search'],
        limited: [],
      },
    ],
  },
)

export function serviceAccountRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(`${path}/:client_id/service-account`, {
    config: permission('cardea.client:read', { of: 'client_id' }),
    schema: {
      tags: ['admin'],
      operationId: 'getServiceAccount',
      summary: 'What a client may do when it acts for itself',
      params: ClientParams,
      response: { 200: ServiceAccount, ...problems },
    },
    handler: async (request) => {
      const client = await clientOf(needs, request.params.client_id)
      const [model, subject] = await Promise.all([
        needs.access.model(),
        needs.access.subject({ type: 'client', id: client.clientId }),
      ])
      const rights =
        subject === undefined ? nothing : rightsOf(model, subject, needs.clock.now().getTime())
      const { roles, permissions, limited } = rights
      return {
        client_id: client.clientId,
        enabled: client.isActive && client.metadata.grant_types.includes('client_credentials'),
        roles: [...roles],
        permissions: [...permissions],
        limited: limited.map((right) => ({ ...right, permissions: [...right.permissions] })),
      }
    },
  })
}

const nothing = { roles: [], permissions: [], limited: [] }
