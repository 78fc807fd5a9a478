/**
 * evaluation: the decision API for applications, after the OpenID AuthZEN Authorization API 1.0: may this
 * subject do this to that, one question or many, and who, what and which. Owns no table and no rule: the
 * rule is `can` of access. Promises that people, keys and clients ask about themselves, and about others
 * only with a permission; that an answer is never more than a second old; and that it does not tell who
 * exists. Never allows anything when it cannot know.
 */
export type { EvaluationNeeds } from './needs.ts'
export { evaluationRoutes } from './routes.ts'
