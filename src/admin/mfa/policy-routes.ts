import { type Static, Type } from 'typebox'
import { roleNames } from '../../access/index.ts'
import { basedOn, byOf, needs as permission, problems } from '../../account/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import type { CurrentPolicy } from '../../mfa/index.ts'
import { changePolicy, PolicySchema, readPolicy } from '../../mfa/index.ts'
import type { AdminNeeds } from '../needs.ts'

const tags = ['admin']
const path = '/api/v1/admin/mfa-policy'

const PolicyBody = Type.Object({
  policy: PolicySchema,
  updated_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'null while the policy is the one that Cardea comes with',
  }),
})

/** What the installation asks of second factors. */
export function policyRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: { ...permission('cardea.mfa_policy:read'), etag: 'shown' },
    schema: {
      tags,
      operationId: 'getMfaPolicy',
      summary: 'The policy of second factors; the ETag is its version',
      response: { 200: PolicyBody, ...problems },
    },
    handler: async (_request, reply) => {
      return send(reply, await readPolicy(needs.db))
    },
  })
  surface.put(path, {
    config: { ...permission('cardea.mfa_policy:update', { recent: true }), etag: 'asked' },
    schema: {
      tags,
      operationId: 'putMfaPolicy',
      summary: 'Replace the policy; If-Match names the version the change is based on',
      description:
        'It holds on every node within a second. Needs a recent proof at your own level.',
      body: PolicySchema,
      response: { 200: PolicyBody, ...problems },
    },
    handler: async (request, reply) => {
      const changed = await changePolicy(needs.mfa, {
        policy: request.body,
        basedOn: basedOn(request),
        ...byOf(request),
        roles: await roleNames(needs.db),
      })
      return send(reply, changed)
    },
  })
}

function send(
  reply: Reply,
  { policy, version, updatedAt }: CurrentPolicy,
): Static<typeof PolicyBody> {
  reply.header('etag', `"${version}"`)
  return { policy, updated_at: updatedAt?.toISOString() ?? null }
}
