import { type Static, Type } from 'typebox'
import { byOf, needs as permission, problems } from '../../account/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Surface } from '../../http/index.ts'
import type { KeyPolicy, ListedKey, Sealer } from '../../keys/index.ts'
import { encryptionAlgorithms, listKeys, rotateKeys, signingAlgorithms } from '../../keys/index.ts'
import type { AdminNeeds } from '../needs.ts'

export type KeyRoutesNeeds = AdminNeeds & {
  readonly sealer: Sealer
  readonly keyPolicy: KeyPolicy
}

const tags = ['admin']
const path = '/api/v1/admin/keys'
const time = Type.String({ format: 'date-time' })
const timeOrNull = Type.Union([time, Type.Null()])

const KeyBody = Type.Object({
  kid: Type.String(),
  alg: Type.Enum([...signingAlgorithms, ...encryptionAlgorithms]),
  state: Type.Enum(['next', 'signing', 'verifying', 'expired'], {
    description:
      'next: published, signs later; verifying: signs no more, still published. Of a key for encryption: next is not published yet, verifying only opens',
  }),
  created_at: time,
  signs_from: time,
  signs_until: timeOrNull,
  verify_until: timeOrNull,
})
const example = {
  kid: 'p2Jv8wq0cGk',
  alg: 'ES256',
  state: 'signing',
  created_at: '2026-09-01T00:00:00.000Z',
  signs_from: '2026-09-02T00:00:00.000Z',
  signs_until: null,
  verify_until: null,
}
const Keys = Type.Object({ keys: Type.Array(KeyBody) }, { examples: [{ keys: [example] }] })
const Rotation = Type.Object(
  {
    now: Type.Optional(
      Type.Boolean({
        description: 'Take over at once, after a leak, although not everybody may know the key yet',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ now: false }] },
)
const Rotated = Type.Object(
  {
    rotated: Type.Array(Type.String(), {
      description: 'The keys that take over; none where successors were scheduled already',
    }),
    keys: Type.Array(KeyBody),
  },
  { examples: [{ rotated: ['p2Jv8wq0cGk'], keys: [example] }] },
)

/** The keys that sign tokens; what is secret of them never leaves the server. */
export function keyRoutes(surface: Surface, needs: KeyRoutesNeeds): void {
  surface.get(path, {
    config: permission('cardea.key:read'),
    schema: {
      tags,
      operationId: 'listKeys',
      summary: 'The signing keys, and what each of them does now',
      response: { 200: Keys, ...problems },
    },
    handler: async () => ({ keys: (await listKeys(needs)).map(keyBody) }),
  })
  surface.post(`${path}/rotate`, {
    config: { ...permission('cardea.key:rotate', { recent: true }), idempotency: false },
    schema: {
      tags,
      operationId: 'rotateKeys',
      summary: 'Publish new signing keys; they take over when everybody can know them',
      body: Type.Union([Rotation, Type.Null()]),
      response: { 200: Rotated, ...problems },
    },
    handler: async (request) => {
      const { now = false } = request.body ?? {}
      const onRotated: NonNullable<Parameters<typeof rotateKeys>[0]['onRotated']> = (tx, kid) =>
        appendAudit(needs, tx, {
          ...byOf(request),
          action: 'key.rotate',
          resource: `key:${kid}`,
          outcome: 'success',
          details: { now },
        })
      const rotated = await rotateKeys({ ...needs, onRotated }, needs.keyPolicy, { now })
      await needs.keys.refresh()
      return { rotated, keys: (await listKeys(needs)).map(keyBody) }
    },
  })
}

function keyBody(key: ListedKey): Static<typeof KeyBody> {
  return {
    kid: key.kid,
    alg: key.alg,
    state: key.state,
    created_at: key.createdAt.toISOString(),
    signs_from: key.signsFrom.toISOString(),
    signs_until: key.signsUntil?.toISOString() ?? null,
    verify_until: key.verifyUntil?.toISOString() ?? null,
  }
}
