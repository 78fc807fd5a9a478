import type { Config } from '../../config.ts'

/**
 * What cannot change while some workers have the new settings and some the old ones, in words; undefined when
 * nothing of it did. A password that was changed is no different place.
 */
export function whyNoRoll(old: Config, next: Config): string | undefined {
  const changed = [
    old.dataDir !== next.dataDir && 'CARDEA_DATA_DIR',
    (old.database.url === '') !== (next.database.url === '') && 'DATABASE_URL',
    // Two places for what is good once would accept it twice.
    placeOf(old.redis.url) !== placeOf(next.redis.url) && 'REDIS_URL',
    old.publicUrl !== next.publicUrl && 'CARDEA_PUBLIC_URL',
  ].filter((name) => name !== false)
  if (changed.length === 0) return undefined
  return `${changed.join(' and ')} changed, which needs a stop and a start`
}

function placeOf(url: string): string {
  if (url === '') return ''
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
