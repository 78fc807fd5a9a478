import { type Static, Type } from 'typebox'
import type { Places, Session } from '../../session/index.ts'
import { describeUserAgent } from '../../session/index.ts'

const time = Type.String({ format: 'date-time' })
const orNull = Type.Union([Type.String(), Type.Null()])

export const SessionBody = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    current: Type.Boolean({ description: 'Whether this very request belongs to it' }),
    kind: Type.Enum(['browser', 'api']),
    browser: orNull,
    system: orNull,
    device: Type.Enum(['desktop', 'mobile', 'tablet', 'other']),
    ip: orNull,
    place: Type.Union([Type.String(), Type.Null()], { description: 'Roughly, where it is known' }),
    created_at: time,
    last_seen_at: time,
    expires_at: time,
    auth_time: Type.String({ format: 'date-time', description: 'The last proof of identity' }),
    remembered: Type.Boolean({ description: 'Whether it outlives the browser window' }),
    impersonated: Type.Boolean({ description: 'Whether an administrator sees the account in it' }),
  },
  { title: 'Session' },
)
export async function sessionBody(
  places: Places,
  session: Session,
  current: string | undefined,
): Promise<Static<typeof SessionBody>> {
  const { browser, system, kind } = describeUserAgent(session.userAgent)
  const place = await places.of(session.ipAddress)
  return {
    id: session.id,
    current: session.id === current,
    kind: session.kind,
    browser: browser ?? null,
    system: system ?? null,
    device: kind,
    ip: session.ipAddress,
    place: place?.words ?? null,
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.lastSeenAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    auth_time: session.authTime.toISOString(),
    remembered: session.remembered,
    impersonated: session.impersonator !== null,
  }
}
