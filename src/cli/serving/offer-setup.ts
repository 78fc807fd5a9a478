import { countUsersWithRole } from '../../access/index.ts'
import type { App } from '../../app.ts'
import type { Config } from '../../config.ts'
import { issueSetupToken } from '../../identity/index.ts'

/** While there is no owner, every start prints a link that makes one. */
export async function offerSetup(config: Config, app: App): Promise<void> {
  if ((await countUsersWithRole(app.db, 'owner')) > 0) return
  const token = await issueSetupToken(app, config.setup.linkLifetime)
  const link = `${config.publicUrl}/setup?token=${token}`
  // To the terminal and not to the log: logs are collected, and this link makes an owner.
  console.log(`\nNo administrator yet. Create the first one here (works once):\n\n    ${link}\n`)
}
