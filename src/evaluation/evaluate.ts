import type { Decision, Model } from '../access/index.ts'
import type { Caller } from '../account/index.ts'
import type { Entities, Evaluation, Wrong } from './entities.ts'
import { readEvaluation, withDefaults } from './entities.ts'
import type { Reason } from './explain.ts'
import { explain } from './explain.ts'
import { isSelf, keyOf, mayKnow, requireMayAsk } from './may-ask.ts'
import type { EvaluationNeeds } from './needs.ts'

type Needs = Pick<EvaluationNeeds, 'access' | 'countDecision'>

export type Answer = {
  readonly decision: boolean
  readonly context:
    | { readonly reason: Reason }
    | { readonly error: { readonly status: 400; readonly message: string } }
}

export type Semantic = 'execute_all' | 'deny_on_first_deny' | 'permit_on_first_permit'

/** One question; fails with 403 when the caller may not ask it. */
export async function evaluate(
  needs: Needs,
  caller: Caller,
  { subject, question }: Evaluation,
): Promise<Answer> {
  const { type: resourceType } = question.resource
  await requireMayAsk(needs, caller, 'cardea.decision:evaluate', { subject, resourceType })
  return decide(needs, caller, { subject, question }, await needs.access.model())
}

/**
 * Many questions. The caller must be allowed to ask all of them; a question that cannot be understood is
 * denied, and says so (AuthZEN section 7.2.1).
 */
export async function evaluateMany(
  needs: Needs,
  caller: Caller,
  asked: {
    readonly defaults: Entities
    readonly evaluations: readonly Entities[]
    readonly semantic: Semantic
  },
): Promise<Answer[]> {
  const { defaults, evaluations, semantic } = asked
  const read = evaluations.map((own) => readEvaluation(withDefaults(defaults, own)))
  const aboutOthers = read.flatMap((one) =>
    one.ok && !isSelf(caller, one.evaluation.subject)
      ? [one.evaluation.question.resource.type]
      : [],
  )
  for (const resourceType of new Set(aboutOthers)) {
    await requireMayAsk(needs, caller, 'cardea.decision:evaluate', { resourceType })
  }
  const model = await needs.access.model()
  const answer = async (one: (typeof read)[number]): Promise<Answer> =>
    one.ok ? decide(needs, caller, one.evaluation, model) : misunderstood(needs, one.wrong)
  if (semantic === 'execute_all') return Promise.all(read.map(answer))
  const last = semantic === 'permit_on_first_permit'
  const answers: Answer[] = []
  for (const one of read) {
    const next = await answer(one)
    answers.push(next)
    if (next.decision === last) break
  }
  return answers
}

async function decide(
  needs: Needs,
  caller: Caller,
  { subject, question }: Evaluation,
  model: Model,
): Promise<Answer> {
  const { access, countDecision } = needs
  const key = keyOf(subject)
  const unknown: Decision = { allowed: false, why: 'unknown_subject' }
  const decision = key === undefined ? unknown : await access.decide(key, question)
  countDecision(decision.allowed ? 'allowed' : 'denied')
  const hidden =
    !decision.allowed && (decision.why === 'unknown_subject' || decision.why === 'inactive_subject')
  const known = !hidden || (await mayKnow(needs, caller, subject))
  const reason = explain(decision, question, { model, mayKnow: known })
  return { decision: decision.allowed, context: { reason } }
}

function misunderstood({ countDecision }: Needs, wrong: readonly Wrong[]): Answer {
  countDecision('error')
  const message = wrong.map(({ pointer, words }) => `${pointer} ${words}`).join('; ')
  return { decision: false, context: { error: { status: 400, message } } }
}
