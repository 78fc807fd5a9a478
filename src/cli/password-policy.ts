import type { Config } from '../config.ts'
import type { PasswordPolicy } from '../identity/index.ts'
import { createPasswordPolicy } from '../identity/index.ts'

/** The rules for new passwords that the server has, for commands. */
export function passwordPolicy(config: Config): PasswordPolicy {
  return createPasswordPolicy({
    settings: config.password,
    log: { warn: (facts: object) => console.error('a list of breached passwords failed', facts) },
    fetch: globalThis.fetch,
    context: ['Cardea', new URL(config.publicUrl).hostname],
  })
}
