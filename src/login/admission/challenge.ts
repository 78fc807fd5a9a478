import type { Request } from '../../http/index.ts'
import { fieldsOf, originOf } from '../../http/index.ts'
import { limitFailures } from '../../limits/index.ts'
import type { LoginNeeds } from '../needs.ts'

/** A proof of work that a form asks for, and the script that does it. */
export type Puzzle = { readonly challenge: string; readonly script: string }

/** An application without forms answers in this header. */
const answerHeader = 'cardea-challenge-answer'

/** The puzzle for a form that is about to be shown; undefined where none is asked for. */
export async function puzzleFor(
  { limits, assets }: Pick<LoginNeeds, 'limits' | 'assets'>,
  request: Request,
): Promise<Puzzle | undefined> {
  if (!(await limits.challengeNeeded(originOf(request).ip))) return undefined
  return { challenge: await limits.challenges.issue(), script: assets.challenge }
}

/** Fails unless the request carries the proof of work that is asked of its address, if any is. */
export async function requireChallenge(
  { limits }: Pick<LoginNeeds, 'limits'>,
  request: Request,
): Promise<void> {
  if (!(await limits.challengeNeeded(originOf(request).ip))) return
  const header = request.headers[answerHeader]
  const answer = typeof header === 'string' ? header : fieldsOf(request.body).challenge_answer
  const result = await limits.challenges.verify(answer)
  if (result !== 'ok') throw limitFailures.challenge_required(result)
}
