import type { RouteConfig } from './route-config.ts'

/** What the answers of a deprecated route say: since when (RFC 9745) and until when (RFC 8594). */
export function deprecationHeaders({
  since,
  sunset,
}: NonNullable<RouteConfig['deprecated']>): Readonly<Record<string, string>> {
  return {
    deprecation: `@${Date.parse(since) / 1000}`,
    sunset: new Date(sunset).toUTCString(),
  }
}
