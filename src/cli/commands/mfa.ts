import type { User } from '../../identity/index.ts'
import type { MfaCore } from '../../mfa/index.ts'
import {
  countRemembered,
  issueEmergency,
  listFactors,
  resetFactors,
  situationOf,
} from '../../mfa/index.ts'
import { endUserSessions } from '../../session/index.ts'
import type { Command } from '../command.ts'
import { required } from '../command.ts'
import { userCalled, withMfa } from '../mfa-core.ts'

const user = { type: 'string', help: 'username or email address' } as const

export const mfaStatus: Command = {
  name: 'mfa status',
  summary: 'show the second factors of a user',
  options: { user },
  async run(values) {
    const name = required(values, 'user')
    const lines = await withMfa(async (core) => statusOf(core, await userCalled(core, name)))
    console.log(lines.join('\n'))
    return 0
  },
}

export const mfaReset: Command = {
  name: 'mfa reset',
  summary: 'remove every second factor of a user and end every session',
  options: { user },
  async run(values) {
    const name = required(values, 'user')
    const { username } = await withMfa(async (core) => {
      const person = await userCalled(core, name)
      await core.db.transaction(async (tx) => {
        const by = { actor: 'system', origin: {} }
        await resetFactors(core, tx, { person, action: 'mfa.reset', ...by })
        await endUserSessions(core, tx, person.id, { now: core.clock.now() })
      })
      return person
    })
    console.log(`${username} has no second factor any more and sets one up at the next sign-in.`)
    return 0
  },
}

export const mfaEmergency: Command = {
  name: 'mfa emergency',
  summary: 'make a code that stands in for the second factor of a user once',
  options: { user, reason: { type: 'string', help: 'why; the user reads it too' } },
  async run(values) {
    const name = required(values, 'user')
    const reason = required(values, 'reason')
    const { grant, code } = await withMfa(async (core) =>
      issueEmergency(core, { person: await userCalled(core, name), reason }),
    )
    console.log(`${code}\n\nIt works once, with the password, until ${moment(grant.expiresAt)}.`)
    console.log('It is not shown again.')
    return 0
  },
}

async function statusOf(core: MfaCore, { id, username }: User): Promise<string[]> {
  const [{ mode, standing }, factors, remembered] = await Promise.all([
    situationOf(core, id),
    listFactors(core, id),
    countRemembered(core.db, id, core.clock.now()),
  ])
  const { backupCodes, backupExpiresAt, graceUntil, mustEnrol } = standing
  const until = backupExpiresAt === null ? '' : ` until ${moment(backupExpiresAt)}`
  const rows: [string, string][] = [
    ['user', `${username} (${id})`],
    ['mode', mode],
    ...factors.map(({ kind, name, createdAt, lastUsedAt }): [string, string] => [
      kind,
      `${name}, since ${moment(createdAt)}, last used ${moment(lastUsedAt)}`,
    ]),
    ['backup codes', `${backupCodes}${until}`],
    ['remembered', `${remembered} browsers`],
    ['must enrol', mustEnrol ? 'at the next sign-in' : 'no'],
    ['grace until', moment(graceUntil)],
  ]
  return rows.map(([name, value]) => `${name.padEnd(15)}${value}`)
}

function moment(at: Date | null): string {
  return at === null ? '-' : at.toISOString()
}
