import { Type } from 'typebox'
import { needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { deadJobRoutes } from './job-routes.ts'

type Setting = {
  readonly name: string
  readonly section: string
  readonly type: string
  readonly description: string
  readonly value: string
  readonly isDefault: boolean
  readonly isSecret: boolean
}

export type SettingsNeeds = AdminNeeds & {
  /** The configuration in force, secrets hidden. */
  readonly settings: readonly Setting[]
}

const SettingBody = Type.Object({
  name: Type.String({ description: 'Of the environment variable' }),
  section: Type.String(),
  type: Type.String(),
  description: Type.String(),
  value: Type.String({ description: 'As in the environment; a secret shows only that it is set' }),
  is_default: Type.Boolean(),
  is_secret: Type.Boolean(),
})
const Settings = Type.Object(
  { settings: Type.Array(SettingBody) },
  {
    examples: [
      {
        settings: [
          {
            name: 'CARDEA_SESSION_IDLE_LIFETIME',
            section: 'session',
            type: 'duration',
            description: 'How long a session may be unused',
            value: '14d',
            is_default: true,
            is_secret: false,
          },
        ],
      },
    ],
  },
)

/** What the operator decided, and what the server could not do. */
export function settingsRoutes(surface: Surface, needs: SettingsNeeds): void {
  surface.get('/api/v1/admin/settings', {
    config: permission('cardea.settings:read'),
    schema: {
      tags: ['admin'],
      operationId: 'listSettings',
      summary: 'The configuration of this node in force, with secrets hidden',
      response: { 200: Settings, ...problems },
    },
    handler: () => ({
      settings: needs.settings.map(({ isDefault, isSecret, ...setting }) => ({
        ...setting,
        is_default: isDefault,
        is_secret: isSecret,
      })),
    }),
  })
  deadJobRoutes(surface, needs)
}
