import { sha256 } from '../../base/index.ts'
import { originOf } from '../../http/index.ts'
import { limitFailures } from '../../limits/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import type { WaitingDevice } from './devices.ts'

/**
 * The device behind a code that somebody typed. Codes are short, so guessing is counted (RFC 8628 section 5.1):
 * every try by its address, and wrong ones by browser and account, too. Fails with 429.
 */
export async function admitCode(
  needs: Pick<LoginNeeds, 'limits' | 'cookies' | 'devices' | 'visits'>,
  { request, reply }: Exchange,
  typed: string,
): Promise<WaitingDevice | undefined> {
  const { limits } = needs
  reply.headers(await limits.admit(['login', { ip: originOf(request).ip }]))
  const session = await needs.visits.session(request)
  const browser = sha256(needs.cookies.browser(request, reply)).toString('base64url')
  const guessers = [browser, ...(session === undefined ? [] : [session.userId])]
  const keys = guessers.map((one) => ({ account: `device code ${one}` }))
  const verdicts = await Promise.all(keys.map((key) => limits.peek('factor', key)))
  if (verdicts.some(({ allowed }) => !allowed)) throw limitFailures.too_many(verdicts)
  const device = await needs.devices.find(typed)
  if (device === undefined) await Promise.all(keys.map((key) => limits.consume('factor', key)))
  return device
}
