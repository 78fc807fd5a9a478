import { type Static, Type } from 'typebox'
import type { AccessBook, HeldPermission, Permission } from '../../access/index.ts'
import {
  heldPermissions,
  heldRoles,
  parsePermission,
  permissionText,
  scopeText,
} from '../../access/index.ts'
import { sha256 } from '../../base/index.ts'
import type { Surface } from '../../http/index.ts'
import type { Caller } from '../caller/caller.ts'
import { subjectOf } from '../caller/caller.ts'
import type { CallerNeeds } from '../caller/find-caller.ts'
import { findCaller } from '../caller/find-caller.ts'
import { problems } from './schemas.ts'

/** Beyond this many lines the answer would be too large for who asks with every page. */
const most = 1000

const LimitedBody = Type.Object({
  permission: Type.String(),
  resource: Type.Union([Type.String(), Type.Null()], {
    description: 'Only for this thing, or for all whose ids begin so; null for everything',
  }),
  ends_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
})
const MyPermissions = Type.Object(
  {
    roles: Type.Array(Type.String(), {
      description: 'Those that hold now for everything, with their ancestors',
    }),
    permissions: Type.Array(Type.String(), {
      description: 'Those that hold for everything and for ever',
    }),
    limited: Type.Array(LimitedBody, { description: 'Those that hold now with a limit' }),
    truncated: Type.Boolean({ description: `Whether there are more than these ${most}` }),
  },
  {
    title: 'MyPermissions',
    examples: [
      {
        roles: ['editor', 'reader'],
        permissions: ['document:read', 'document:update@own'],
        limited: [
          {
            permission: 'document:publish',
            resource: 'document:42',
            ends_at: '2027-01-01T00:00:00.000Z',
          },
        ],
        truncated: false,
      },
    ],
  },
)

type Needs = CallerNeeds & { readonly access: AccessBook }

/** What the caller may do, for an application that shows no more than that. It decides nothing. */
export function myPermissionRoutes(surface: Surface, needs: Needs): void {
  surface.get('/api/v1/users/me/permissions', {
    schema: {
      tags: ['account'],
      operationId: 'getMyPermissions',
      summary: 'What the caller may do: a person, an API key or a client',
      description:
        'Send the ETag as If-None-Match to learn cheaply that nothing has changed (304).',
      response: { 200: MyPermissions, 304: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const body = await permissionsOf(needs, await findCaller(needs, request))
      const tag = `"${sha256(JSON.stringify(body)).toString('base64url')}"`
      // It may be kept, but asks anew each time: a permission ends within a second.
      reply.headers({ etag: tag, 'cache-control': 'private, no-cache' })
      if (names(request.headers['if-none-match'], tag)) return reply.code(304).send(null)
      return reply.send(body)
    },
  })
}

/** RFC 9110 section 13.1.2: compared weakly, because a proxy that packs an answer weakens its tag. */
function names(header: string | undefined, tag: string): boolean {
  const known = header?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  return known.includes(tag) || known.includes('*')
}

async function permissionsOf(
  { access, clock }: Needs,
  caller: Caller,
): Promise<Static<typeof MyPermissions>> {
  const [model, subject] = await Promise.all([access.model(), access.subject(subjectOf(caller))])
  if (subject === undefined) return { roles: [], permissions: [], limited: [], truncated: false }
  const asked = { model, subject, now: clock.now().getTime() }
  const held = heldPermissions(asked, most)
  const current = held.permissions.filter((one) => one.current)
  const usable = caller.kind === 'api_key' ? narrowed(current, caller.scopes) : current
  const free = usable.filter(({ grant }) => grant.scope === null && grant.until === null)
  const limited = usable.filter((one) => !free.includes(one))
  const roles = heldRoles(asked, most)
  const everywhere = roles.roles.filter(({ current: now, grant }) => now && grant.scope === null)
  return {
    roles: distinct(everywhere.map(({ name }) => name)),
    permissions: distinct(free.map(({ spelling }) => spelling)),
    limited: limited.map(limitedBody),
    truncated: held.truncated || roles.truncated,
  }
}

/** What a key may use of what its owner has: of a permission and a scope the narrower one. */
function narrowed(held: readonly HeldPermission[], scopes: readonly string[]): HeldPermission[] {
  const wanted = scopes.flatMap((scope) => parsePermission(scope) ?? [])
  return held.flatMap((one) => {
    const permission = parsePermission(one.spelling)
    if (permission === undefined) return []
    return wanted.flatMap((scope) => {
      const both = common(permission, scope)
      return both === undefined ? [] : [{ ...one, spelling: permissionText(both) }]
    })
  })
}

function common(a: Permission, b: Permission): Permission | undefined {
  const resource = narrower(a.resource, b.resource)
  const action = narrower(a.action, b.action)
  if (resource === undefined || action === undefined) return undefined
  return { resource, action, onlyOwn: a.onlyOwn || b.onlyOwn }
}

function narrower(a: string, b: string): string | undefined {
  if (a === '*' || a === b) return b
  return b === '*' ? a : undefined
}

function limitedBody({ spelling, grant }: HeldPermission): Static<typeof LimitedBody> {
  return {
    permission: spelling,
    resource: grant.scope && scopeText(grant.scope),
    ends_at: grant.until === null ? null : new Date(grant.until).toISOString(),
  }
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}
