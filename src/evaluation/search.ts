import type { Question, SubjectKey } from '../access/index.ts'
import { findCandidates, isPlainName, reachOf, selectActions } from '../access/index.ts'
import { isUuid } from '../base/index.ts'
import type { AskedSubject } from './entities.ts'
import { evaluationFailures } from './failures.ts'
import { keyOf } from './may-ask.ts'
import type { EvaluationNeeds } from './needs.ts'
import type { Page } from './page.ts'

type Needs = Pick<EvaluationNeeds, 'access' | 'db' | 'clock'>

export type Found<T> = {
  readonly results: T[]
  /** The last one that was looked at, while there are more. */
  readonly last?: string | undefined
}

/** So many pages of candidates are looked through before a page without results is sent. */
const mostRounds = 5

/** Who may do something to a thing. Whoever is found is allowed at this moment. */
export async function searchSubjects(
  needs: Needs,
  type: SubjectKey['type'],
  question: Question,
  page: Page,
): Promise<Found<SubjectKey>> {
  if (type === 'user' && page.after !== '' && !isUuid(page.after)) {
    throw evaluationFailures.foreign_token()
  }
  const model = await needs.access.model()
  const { found, last } = await lookThrough(
    page,
    (after, limit) => findCandidates(needs.db, model, { type, question, after, limit }),
    async (id) => (await needs.access.decide({ type, id }, question)).allowed,
  )
  return { results: found.map((id) => ({ type, id })), last }
}

/** What somebody may do to a thing, of all that permissions name. */
export async function searchActions(
  needs: Needs,
  subject: AskedSubject,
  resource: Question['resource'],
  page: Page,
): Promise<Found<{ readonly name: string }>> {
  const key = keyOf(subject)
  if (key === undefined || !isPlainName(resource.type)) return { results: [] }
  const { found, last } = await lookThrough(
    page,
    (after, limit) => selectActions(needs.db, { type: resource.type, after, limit }),
    async (action) => (await needs.access.decide(key, { resource, action })).allowed,
  )
  return { results: found.map((name) => ({ name })), last }
}

export type FoundResources = Found<{ readonly type: string; readonly id: string }> & {
  readonly context: {
    readonly everything: boolean
    readonly patterns: string[]
    readonly own: boolean
  }
}

/** To which things of a type somebody may do something. Things live in applications: what is known here are limits. */
export async function searchResources(
  needs: Needs,
  subject: AskedSubject,
  { type, action }: { readonly type: string; readonly action: string },
  { after, limit }: Page,
): Promise<FoundResources> {
  const key = keyOf(subject)
  const [model, known] = await Promise.all([needs.access.model(), key && needs.access.subject(key)])
  const now = needs.clock.now().getTime()
  const { ids, ...context } = reachOf(model, known, { type, action, now })
  const rest = ids.filter((id) => id > after)
  const results = rest.slice(0, limit)
  const last = rest.length > limit ? (results.at(-1) ?? after) : undefined
  return { results: results.map((id) => ({ type, id })), last, context }
}

/** A page of those candidates that pass, in their order. */
async function lookThrough(
  { after, limit }: Page,
  next: (after: string, limit: number) => Promise<readonly string[]>,
  passes: (one: string) => Promise<boolean>,
): Promise<{ found: string[]; last?: string }> {
  let last = after
  if (limit === 0) return { found: [], last }
  for (let round = 0; round < mostRounds; round += 1) {
    // One more than is wanted tells whether there are more.
    const candidates = await next(last, limit + 1)
    const looked = candidates.slice(0, limit)
    const passed = await Promise.all(looked.map(passes))
    const found = looked.filter((_, i) => passed[i])
    if (candidates.length <= limit) return { found }
    last = looked.at(-1) ?? last
    if (found.length > 0) return { found, last }
  }
  return { found: [], last }
}
