import type { Happening } from '../mail/index.ts'
import type { AccountCore } from './account-needs.ts'
import type { Visitor } from './sign-up/needs.ts'

/** What every letter about a change tells: whose account, when, and from where. */
export function happening(
  needs: Pick<AccountCore, 'clock' | 'describeDevice'>,
  username: string,
  { origin }: { readonly origin: Partial<Visitor['origin']> },
): Happening {
  return {
    username,
    at: needs.clock.now().toISOString(),
    device: needs.describeDevice(origin.userAgent),
    ip: origin.ip ?? '',
  }
}
