import { keepAnOwner } from './access/index.ts'
import { deriveKey } from './base/index.ts'
import type { Config } from './config.ts'
import type { AccountCore, SignUpNeeds } from './identity/index.ts'
import {
  attemptsLetterJob,
  emailLetterJob,
  recoveryJob,
  registrationLetterJob,
  sendAttemptsLetter,
  sendEmailLetter,
  sendRecoveryLetter,
  sendRegistrationLetter,
} from './identity/index.ts'
import type { Parts } from './parts.ts'
import { describeUserAgent, endUserSessions } from './session/index.ts'

/** What the use cases of accounts stand on, for the routes, the jobs and the commands alike. */
export function accountCore(
  config: Config,
  masterKey: Buffer,
  parts: Pick<Parts, 'db' | 'clock' | 'random' | 'hasher' | 'passwords' | 'queue'>,
): AccountCore & SignUpNeeds {
  const { recoveryLifetime, codeLifetime, deletionGrace } = config.account
  const { mode, verifyEmail, linkLifetime, invitationLifetime, termsVersion } = config.registration
  return {
    ...parts,
    issuer: config.publicUrl,
    codeKey: deriveKey(masterKey, 'mail-code'),
    account: {
      recoveryLifetime,
      codeLifetime,
      deletionGrace,
      passwordHistory: config.password.history,
    },
    signUp: { mode, verifyEmail, linkLifetime, codeLifetime, invitationLifetime, termsVersion },
    endSessions: async (tx, userId, now, except) => {
      await endUserSessions(tx, userId, now, { except })
    },
    keepAnOwner,
    describeDevice: (userAgent) => (userAgent ? describeUserAgent(userAgent).words : ''),
  }
}

/** The jobs that decide, after the answer has left, which letter an address gets. */
export function handleAccountJobs(core: AccountCore & SignUpNeeds): void {
  const { queue } = core
  queue.handle(registrationLetterJob, (payload) => sendRegistrationLetter(core, payload))
  queue.handle(attemptsLetterJob, (payload) => sendAttemptsLetter(core, payload))
  queue.handle(recoveryJob, (payload) => sendRecoveryLetter(core, payload))
  queue.handle(emailLetterJob, (payload) => sendEmailLetter(core, payload))
}
