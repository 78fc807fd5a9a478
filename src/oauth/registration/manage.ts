import { sameText, sha256 } from '../../base/index.ts'
import type { Registered } from '../../clients/index.ts'
import {
  clientFailures,
  findRegistered,
  matchingSecret,
  replaceRegistrationDigest,
  updateClient,
} from '../../clients/index.ts'
import type { Origin } from '../../http/index.ts'
import type { RemoveClientNeeds } from '../remove-client.ts'
import { removeClient } from '../remove-client.ts'
import type { Told } from './answer.ts'
import { registrationFailures } from './failures.ts'
import type { Raw } from './read-metadata.ts'
import type { RegisterNeeds } from './register.ts'
import { acceptable, challenge, newRegistrationToken } from './register.ts'

export type ManageNeeds = RegisterNeeds & RemoveClientNeeds

/** Who manages its own registration, and how it proves that it may. */
export type Manager = {
  readonly clientId: string
  readonly bearer: string | undefined
  readonly origin: Origin
}

/** The client of a registration access token; fails with 401, also for one that is gone (RFC 7592 section 2.1). */
async function managed(
  { db }: Pick<ManageNeeds, 'db'>,
  { clientId, bearer }: Manager,
): Promise<{ client: Registered; bearer: string }> {
  const client = bearer === undefined ? undefined : await findRegistered(db, sha256(bearer))
  const sound = client?.isActive === true && sameText(client.clientId, clientId)
  if (bearer === undefined || client === undefined || !sound) {
    throw registrationFailures.registration_token(challenge)
  }
  return { client, bearer }
}

/** RFC 7592 section 2.1. The secret is not known any more and so is not told. */
export async function readRegistration(needs: ManageNeeds, manager: Manager): Promise<Told> {
  const { client, bearer } = await managed(needs, manager)
  return { client, secret: undefined, registrationToken: bearer }
}

/** RFC 7592 section 2.2: all metadata is replaced, and so is the token. */
export async function replaceRegistration(
  needs: ManageNeeds,
  manager: Manager,
  raw: Raw,
): Promise<Told> {
  const { client: before, bearer } = await managed(needs, manager)
  // Each change leads to requests of ours and an entry in the audit log, as a registration does.
  if (before.expiresAt !== null) await needs.limits.admit(['public', { ip: manager.origin.ip }])
  if (raw.client_id !== before.clientId) throw registrationFailures.other_client()
  const { client_secret: secretSent } = raw
  const now = needs.clock.now()
  const foreign = typeof secretSent !== 'string' || !matchingSecret(before, secretSent, now)
  if (secretSent !== undefined && foreign) {
    throw clientFailures.invalid_client_metadata({
      members: [{ pointer: '/client_secret', words: 'is not the secret of the client' }],
    })
  }
  const input = await acceptable(needs, raw, before.registrationLimits)
  const registrationToken = newRegistrationToken(needs.random)
  const change = { from: sha256(bearer), to: sha256(registrationToken) }
  const { client, secret } = await updateClient(needs, before.clientId, {
    basedOn: 'any',
    by: { actor: `client:${before.clientId}`, origin: manager.origin },
    // Who may change itself does not take back what an administrator demands of it.
    to: ({ mfa_policy: policy }) =>
      policy === 'required' ? { ...input, mfa_policy: policy } : input,
    first: async (tx) => {
      const mine = await replaceRegistrationDigest(tx, before.clientId, change)
      if (!mine) throw registrationFailures.registration_token(challenge)
    },
  })
  needs.clients.forget(client.clientId)
  return { client, secret, registrationToken }
}

/** RFC 7592 section 2.3: with everything that was given to it. */
export async function removeRegistration(needs: ManageNeeds, manager: Manager): Promise<void> {
  const { client } = await managed(needs, manager)
  const by = { actor: `client:${client.clientId}`, origin: manager.origin }
  await removeClient(needs, client.clientId, by)
  needs.clients.forget(client.clientId)
}
