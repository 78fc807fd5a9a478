import { type Clock, comparisonKey } from '../../base/index.ts'
import { networkKey } from '../network.ts'
import type { DigestKey } from '../state/digest-key.ts'
import type { SoftState } from '../state/soft-state.ts'
import { changeEntry } from '../state/soft-state.ts'
import { reachesInWindow } from '../state/window-count.ts'
import type { Attempt } from './attempts.ts'

/** Many accounts failing from one network; `begun` is said once, to whoever sees it first. */
export type StuffingSign = 'begun' | 'going_on' | undefined

export type Stuffing = {
  readonly failed: (attempt: Attempt) => Promise<StuffingSign>
  readonly isSuspicious: (ip: string) => Promise<boolean>
}

type Needs = {
  readonly clock: Clock
  readonly store: SoftState
  readonly digest: DigestKey
  /** Accounts that may fail from one network in a window. */
  readonly accounts: number
}

const windowSeconds = 600

/** A network stays suspicious this long after the last sign of it. */
const suspicionSeconds = 3600

export function createStuffing(needs: Needs): Stuffing {
  const { store, digest } = needs
  const suspicionOf = (ip: string) => `limits:suspicious:${digest('network', networkKey(ip))}`
  const isSuspicious = async (ip: string) => (await store.get(suspicionOf(ip))) !== undefined
  return {
    isSuspicious,
    failed: async (attempt) => {
      const { ip } = attempt
      if (!(await exceeds(needs, attempt))) return (await isSuspicious(ip)) ? 'going_on' : undefined
      const [key, ttlSeconds] = [suspicionOf(ip), suspicionSeconds]
      if (await store.add(key, '1', ttlSeconds)) return 'begun'
      await changeEntry(store, { key, ttlSeconds, to: (seen) => seen })
      return 'going_on'
    },
  }
}

/** Whether this failure is of a further account, and the network has had too many of them. */
async function exceeds(needs: Needs, { account, ip, device }: Attempt): Promise<boolean> {
  if (device !== undefined) return false // who owns the device tries no list of accounts
  const { store, digest, accounts } = needs
  const network = networkKey(ip)
  const once = `limits:failed:${digest('failed', network, comparisonKey(account))}`
  if (!(await store.add(once, '1', windowSeconds))) return false
  const key = `limits:accounts:${digest('accounts', network)}`
  return reachesInWindow(needs, { key, seconds: windowSeconds, most: accounts })
}
