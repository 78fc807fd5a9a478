import { isIP } from 'node:net'
import { keepAnOwner, rolesOf } from './access/index.ts'
import type { ApiKeyNeeds } from './api-keys/index.ts'
import { deriveKey } from './base/index.ts'
import type { Config } from './config.ts'
import type { AccountCore, SignUpNeeds } from './identity/index.ts'
import {
  attemptsLetterJob,
  emailLetterJob,
  findUser,
  recoveryJob,
  registrationLetterJob,
  sendAttemptsLetter,
  sendEmailLetter,
  sendRecoveryLetter,
  sendRegistrationLetter,
} from './identity/index.ts'
import type { MfaCore, RelyingParty } from './mfa/index.ts'
import { forgetRemembered } from './mfa/index.ts'
import type { Parts } from './parts.ts'
import { describeUserAgent, endUserSessions } from './session/index.ts'
import type { Metrics } from './telemetry/index.ts'

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
      await endUserSessions(parts, tx, userId, { now, except })
      // Whoever knew the old password may have had a browser remembered with it.
      await forgetRemembered(tx, userId)
    },
    keepAnOwner,
    describeDevice,
  }
}

/** What second factors stand on. */
export function mfaCore(
  config: Config,
  masterKey: Buffer,
  parts: Pick<Parts, 'db' | 'clock' | 'random' | 'sealer' | 'queue' | 'mfaPolicy'> & {
    readonly metrics?: Metrics
  },
): MfaCore {
  const { db, clock, random, sealer, queue, mfaPolicy: policy, metrics } = parts
  return {
    db,
    clock,
    random,
    sealer,
    queue,
    policy,
    issuer: config.publicUrl,
    codeKey: deriveKey(masterKey, 'factor-code'),
    challengeKey: deriveKey(masterKey, 'webauthn-challenge'),
    codeLifetime: config.account.codeLifetime,
    relyingParty: relyingParty(config),
    describeDevice,
    rolesOf: (userId) => rolesOf(db, userId, clock.now()),
    personOf: (userId) => findUser(db, userId),
    count: {
      verification: (factor, outcome) => metrics?.mfaVerification(factor, outcome),
      emergency: (event) => metrics?.emergencyAccess(event),
    },
  }
}

/** What API keys stand on. */
export function apiKeyNeeds(
  config: Config,
  parts: Pick<Parts, 'db' | 'clock' | 'random' | 'queue' | 'access'> & {
    readonly metrics?: Metrics
  },
): ApiKeyNeeds {
  const { db, clock, random, queue, access, metrics } = parts
  return {
    db,
    clock,
    random,
    queue,
    access,
    issuer: config.publicUrl,
    rules: config.apiKeys,
    describeDevice,
    personOf: (userId) => findUser(db, userId),
    count: (event) => metrics?.apiKey(event),
  }
}

/** Browsers keep passkeys for domains only, and only where the connection is secure or local. */
export function relyingParty({ publicUrl, mfa }: Config): RelyingParty | undefined {
  const { hostname, origin, protocol } = new URL(publicUrl)
  const secure = protocol === 'https:' || hostname === 'localhost'
  if (!secure || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined
  return { id: mfa.relyingParty || hostname, name: 'Cardea', origin }
}

function describeDevice(userAgent: string | undefined): string {
  return userAgent ? describeUserAgent(userAgent).words : ''
}

/** The jobs that decide, after the answer has left, which letter an address gets. */
export function handleAccountJobs(core: AccountCore & SignUpNeeds): void {
  const { queue } = core
  queue.handle(registrationLetterJob, (payload) => sendRegistrationLetter(core, payload))
  queue.handle(attemptsLetterJob, (payload) => sendAttemptsLetter(core, payload))
  queue.handle(recoveryJob, (payload) => sendRecoveryLetter(core, payload))
  queue.handle(emailLetterJob, (payload) => sendEmailLetter(core, payload))
}
