import {
  apiKeyState,
  listApiKeysOf,
  revokeApiKey,
  revokeApiKeysOf,
  searchApiKeys,
} from '../../api-keys/index.ts'
import { isUuid, secureRandom, systemClock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Command } from '../command.ts'
import { required, text, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { userCalled } from '../mfa-core.ts'
import { settings } from '../settings.ts'

const longestList = 200

export const apiKeyList: Command = {
  name: 'api-key list',
  summary: 'show API keys, of a user or the newest of all',
  options: { user: { type: 'string', help: 'username or email address' } },
  async run(values) {
    const name = text(values, 'user')
    const keys = await withDatabase(settings(), async (db) => {
      const needs = { db, clock: systemClock }
      if (name !== undefined) return listApiKeysOf(needs, (await userCalled(needs, name)).id)
      const all = { userId: null, ended: null, unusedSince: null, before: null }
      return searchApiKeys(needs, { ...all, limit: longestList })
    })
    for (const key of keys) {
      const state = apiKeyState(key, systemClock.now())
      const { id, userId, start, name: called, scopes } = key
      const dates = `until ${moment(key.expiresAt)}, last used ${moment(key.lastUsedAt)}`
      const what = `${scopes.join(' ')}  ${dates}`
      console.log(`${id}  ${start}...  ${state.padEnd(8)} user ${userId}  "${called}"  ${what}`)
    }
    console.log(`${keys.length} keys${keys.length < longestList ? '' : ' (there may be more)'}`)
    return 0
  },
}

export const apiKeyRevoke: Command = {
  name: 'api-key revoke',
  summary: 'revoke one API key, or all of a user; every server knows within a second',
  options: {
    id: { type: 'string', help: 'of the key' },
    user: { type: 'string', help: 'username or email address: all their keys' },
  },
  async run(values) {
    const user = text(values, 'user')
    if (user !== undefined && text(values, 'id') !== undefined) {
      throw new UsageError('give either --id or --user.')
    }
    const id = user === undefined ? required(values, 'id') : ''
    if (user === undefined && !isUuid(id)) throw new UsageError(`"${id}" is not the id of a key.`)
    const count = await withDatabase(settings(), (db) => revoke(db, { user, id }))
    console.log(`revoked: ${count}`)
    return 0
  },
}

async function revoke(
  db: Db,
  { user, id }: { readonly user: string | undefined; readonly id: string },
): Promise<number> {
  const needs = { db, clock: systemClock, random: secureRandom, count: () => {} }
  const by = { actor: 'system' }
  if (user !== undefined) return revokeApiKeysOf(needs, (await userCalled(needs, user)).id, by)
  await revokeApiKey(needs, { id, userId: null }, by)
  return 1
}

function moment(at: Date | null): string {
  return at === null ? '-' : at.toISOString()
}
