import { createInterface } from 'node:readline'
import { assignRole } from '../../access/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import type { Config } from '../../config.ts'
import { addUser, createPasswordHasher, prepareUser } from '../../identity/index.ts'
import type { Command, Values } from '../command.ts'
import { required, text, texts, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { passwordPolicy } from '../password-policy.ts'
import { settings } from '../settings.ts'

export const userCreate: Command = {
  name: 'user create',
  summary: 'create a user; the password is read from standard input',
  options: {
    username: { type: 'string', help: 'name to sign in with' },
    email: { type: 'string', help: 'email address' },
    name: { type: 'string', help: 'full name' },
    role: { type: 'string', multiple: true, help: 'role to give, such as owner' },
    'no-password': { type: 'boolean', help: 'create the account without a password' },
  },
  async run(values) {
    const config = settings()
    const needs = { clock: systemClock, random: secureRandom }
    const hasher = createPasswordHasher(hasherOptions(config))
    const input = await userInput(values)
    const passwords = passwordPolicy(config)
    const prepared = await prepareUser({ ...needs, hasher, passwords }, input)
    await withDatabase(config, (db) =>
      db.transaction(async (tx) => {
        const by = { actor: 'system' }
        const user = await addUser(needs, tx, { prepared, by })
        for (const role of texts(values, 'role')) {
          await assignRole(tx, user.id, role, needs.clock.now())
          const entry = { ...by, action: 'role.assign', resource: `user:${user.id}` }
          await appendAudit(needs, tx, { ...entry, outcome: 'success', details: { role } })
        }
        console.log(`created user ${user.username} (${user.id})`)
      }),
    )
    return 0
  },
}

async function userInput(values: Values) {
  const username = required(values, 'username')
  const email = text(values, 'email')
  const name = text(values, 'name')
  const password = values['no-password'] === true ? undefined : await readPassword()
  return {
    username,
    ...(email !== undefined && { email, emailVerified: true }),
    ...(name !== undefined && { profile: { name } }),
    ...(password !== undefined && { password }),
  }
}

/** The first line of standard input; at a terminal what is typed is not shown. */
async function readPassword(): Promise<string> {
  const terminal = process.stdin.isTTY
  if (terminal) process.stderr.write('Password: ')
  const lines = createInterface({
    input: process.stdin,
    terminal,
    ...(!terminal && { crlfDelay: 1e9 }),
  })
  try {
    for await (const line of lines) return line
    throw new UsageError('a password is expected on standard input.')
  } finally {
    lines.close()
    if (terminal) process.stderr.write('\n')
  }
}

function hasherOptions({ password }: Config) {
  return {
    memoryKib: password.argon2MemoryKib,
    iterations: password.argon2Iterations,
    parallelism: password.argon2Parallelism,
    concurrency: 1,
    queueLimit: 1,
  }
}
