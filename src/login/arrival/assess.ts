import { sha256 } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { User } from '../../identity/index.ts'
import type { AcrWish, Assurance, Judgement, MfaCore, Situation } from '../../mfa/index.ts'
import { inNetworks, isRemembered, judge, mfaFailures, situationOf } from '../../mfa/index.ts'

type Needs = { readonly mfa: MfaCore }

export type Arriving = {
  readonly person: User
  readonly proved: Assurance
  readonly client?: Client | undefined
  readonly wish?: AcrWish | undefined
  readonly ip: string | undefined
  /** The secret of the device cookie, where there is one. */
  readonly device?: string | undefined
}

export type Assessment = {
  readonly situation: Situation
  /** With the exemption, where one lets the person in. */
  readonly proved: Assurance
  readonly judgement: Judgement
}

/**
 * Whether what somebody proved is enough to come in. A remembered device or a trusted network lets in who
 * has proved a first factor; the session says so, and so does the audit. They never count as a factor.
 */
export async function assess(needs: Needs, arriving: Arriving): Promise<Assessment> {
  const { person, client, wish } = arriving
  const situation = await situationOf(needs.mfa, person.id, client?.metadata.mfa_policy)
  const byPolicy = judge(situation, arriving.proved)
  if (byPolicy.do === 'refuse') throw mfaFailures.no_way_in()
  const exemption =
    byPolicy.do === 'factor' ? await exemptionOf(needs, situation, arriving) : undefined
  const proved = exemption === undefined ? arriving.proved : { ...arriving.proved, exemption }
  const judgement = judge(situation, proved, wish)
  // The application is told that it asks too much, by the endpoint that knows how; the person is let in.
  return { situation, proved, judgement: judgement.do === 'refuse' ? { do: 'pass' } : judgement }
}

async function exemptionOf(
  { mfa }: Needs,
  { policy, now }: Situation,
  { person, ip, device }: Arriving,
): Promise<Assurance['exemption']> {
  if (inNetworks(policy.trusted_networks, ip)) return 'trusted_network'
  if (policy.remember_device === 0 || device === undefined) return undefined
  const seen = { userId: person.id, digest: sha256(device), lifetime: policy.remember_device, now }
  return (await isRemembered(mfa.db, seen)) ? 'remembered_device' : undefined
}
