import type { Waiting } from '../../../login/index.ts'
import { readWaiting, returnPath } from '../../../login/index.ts'
import type { Assurance, FactorKind, Situation } from '../../../mfa/index.ts'
import { parseFactorKind, reachesOwnLevel, situationOf, usableFactors } from '../../../mfa/index.ts'
import { isFresh, provedBy } from '../../../session/index.ts'
import type { Call } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'

/** How far somebody has come in proving again who they are. */
export type Place = {
  readonly situation: Situation
  /** What counts already: of this journey, or of a session that only lacks the second factor. */
  readonly proved: Assurance | undefined
  readonly waiting: Waiting | undefined
  /** What may answer now, best first. */
  readonly kinds: readonly FactorKind[]
  /** The one that was asked for, or the best; undefined where there is none. */
  readonly kind: FactorKind | undefined
  /** The page of the account to come back to. */
  readonly back: string
}

/** The fields `signin`, `factor` and `return` of a page or its form. */
export async function placeOf(
  needs: AccountPageNeeds,
  call: Call,
  fields: Pick<ReadonlyMap<string, string>, 'get'>,
): Promise<Place> {
  const situation = await situationOf(needs.mfa, call.user.id)
  const waiting = await waitingOf(needs, call, fields.get('signin'))
  const proved = waiting?.proved ?? provedBySession(needs, call, situation)
  const usable = usableFactors(situation.standing, situation.policy)
  // Before the password only a passkey is worth anything, as it can be both factors in one.
  const kinds = proved?.amr.includes('pwd') === true ? usable : usable.filter(standsAlone)
  const wanted = parseFactorKind(fields.get('factor'))
  const kind = kinds.find((one) => one === wanted) ?? kinds[0]
  return { situation, proved, waiting, kinds, kind, back: returnPath(fields.get('return') ?? '') }
}

const standsAlone = (kind: FactorKind): boolean => kind === 'passkey'

/** What was proved a moment ago, by the same person in the same browser. */
async function waitingOf(
  needs: AccountPageNeeds,
  { user, request, reply }: Call,
  signin: string | undefined,
): Promise<Waiting | undefined> {
  const waiting = await readWaiting(needs, needs.cookies.browser(request, reply), signin)
  if (waiting?.userId !== user.id) return undefined
  const authTime = new Date(waiting.proved.authTime)
  return isFresh({ authTime }, needs.freshLifetime, needs.clock.now()) ? waiting : undefined
}

function provedBySession(
  { freshLifetime, clock }: AccountPageNeeds,
  { session }: Call,
  situation: Situation,
): Assurance | undefined {
  const proved = provedBy(session)
  const lacks = isFresh(session, freshLifetime, clock.now()) && !reachesOwnLevel(situation, proved)
  return lacks ? proved : undefined
}
