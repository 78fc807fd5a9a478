import { originOf } from '../../http/index.ts'
import type { LimitCheck } from '../../limits/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { requireChallenge } from './challenge.ts'

/**
 * The limits of what anybody may ask for without an account. The address comes first and all together
 * last, so that whoever is refused alone uses up nothing of what is shared.
 */
export async function admitPublic(
  { limits }: Pick<LoginNeeds, 'limits'>,
  { request, reply }: Exchange,
  ...more: readonly LimitCheck[]
): Promise<void> {
  const { ip } = originOf(request)
  reply.headers(await limits.admit(['public', { ip }], ...more, ['global', {}]))
}

/**
 * The limit of letters that prove an address. Each of them lets five codes be guessed, so one address may
 * be tried only so often. It is counted apart from recovery, which must not be used up by strangers.
 */
export function proofsOf(email: string | undefined): LimitCheck[] {
  return email === undefined || email === '' ? [] : [['recovery', { account: `proof ${email}` }]]
}

/** `admitPublic` for what is worth automating: a registration, a mail to somebody. */
export async function admitWorthy(
  needs: Pick<LoginNeeds, 'limits'>,
  exchange: Exchange,
  ...more: readonly LimitCheck[]
): Promise<void> {
  await admitPublic(needs, exchange, ...more)
  await requireChallenge(needs, exchange.request)
}
