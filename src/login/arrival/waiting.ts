import type { Random, UserId } from '../../base/index.ts'
import { randomToken, sameText, sha256 } from '../../base/index.ts'
import type { User } from '../../identity/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { Assurance } from '../../mfa/index.ts'

/**
 * A sign-in that waits for its second factor. There is no session yet, so nothing can be done with it but
 * to finish it. It lives in soft state; losing it costs a new start.
 */
export type Waiting = {
  readonly id: string
  /** Digest of the browser's secret; `api` for an application, which holds the id like a token. */
  readonly browser: string
  readonly userId: UserId
  readonly proved: Assurance
  readonly remember: boolean
  /** The page of the account to come back to. */
  readonly back?: string | undefined
  /** Whether the browser said that it could keep passkeys. */
  readonly capable?: boolean | undefined
}

type Needs = { readonly kv: Kv; readonly random: Random }

/** Seconds: as long as an application and a mail take to be found. */
export const waitingLifetime = 600

const key = (id: string) => `sign-in:${sha256(id).toString('base64url')}`
const digestOf = (browser: string) => sha256(browser).toString('base64url')

export async function keepWaiting(
  needs: Needs,
  browser: string,
  start: Omit<Waiting, 'id' | 'browser'>,
): Promise<Waiting> {
  const id = randomToken(needs.random)
  const waiting: Waiting = {
    ...start,
    id,
    browser: browser === 'api' ? browser : digestOf(browser),
  }
  await needs.kv.set(key(id), JSON.stringify(waiting), waitingLifetime)
  return waiting
}

/** The sign-in with this id, if it waits in this browser (or for an application); undefined otherwise. */
export async function readWaiting(
  { kv }: Pick<Needs, 'kv'>,
  browser: string,
  id: string | undefined,
): Promise<Waiting | undefined> {
  if (id === undefined || !/^[\w-]{43}$/.test(id)) return undefined
  const text = await kv.get(key(id))
  if (text === undefined) return undefined
  const waiting: Waiting = JSON.parse(text)
  const expected = browser === 'api' ? browser : digestOf(browser)
  return sameText(waiting.browser, expected) ? waiting : undefined
}

/**
 * Whether a sign-in waits in vain: its person is gone, or changed the password after it was proved, so
 * that whoever knew the old one gains nothing by waiting.
 */
export function inVain(
  { proved }: Waiting,
  person: Pick<User, 'isActive' | 'passwordChangedAt'> | undefined,
): boolean {
  if (person?.isActive !== true) return true
  const { passwordChangedAt } = person
  return passwordChangedAt !== null && passwordChangedAt.getTime() > proved.authTime
}

/** Ends the waiting: of any number of parallel calls one is told true. */
export async function takeWaiting({ kv }: Pick<Needs, 'kv'>, { id }: Waiting): Promise<boolean> {
  return (await kv.take(key(id))) !== undefined
}
