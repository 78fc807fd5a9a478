import type { Allowed, Decision, Model, Question, WhyNot } from '../access/index.ts'
import { permissionText, scopeText } from '../access/index.ts'

/** Why it is so, for the `context` of an answer. */
export type Reason = {
  readonly code: 'allowed' | WhyNot
  readonly message: string
  /** The permission that allowed it, as a role has it. */
  readonly permission?: string
  readonly assignment_id?: string
  /** The role that the subject has. */
  readonly role?: string
  /** The role that has the permission itself: the same or an ancestor. */
  readonly defined_by?: string
  readonly group?: { readonly id: string; readonly name: string }
  /** What the assignment is limited to. */
  readonly limit?: string
  /** The permission that would be needed. */
  readonly missing?: string
}

const words: Readonly<Record<WhyNot, string>> = {
  unknown_subject: 'There is no such subject.',
  inactive_subject: 'The subject is deactivated.',
  no_permission: 'The subject has no role with this permission.',
  elsewhere: 'The subject has this permission for other resources of the type only.',
  not_yet: 'The role that has this permission is not valid yet.',
  over: 'The role that had this permission is over.',
  not_owner: 'The subject has this permission for its own resources only.',
}

/** Who may not know whether somebody exists hears the same of nobody as of somebody without rights. */
export function explain(
  decision: Decision,
  question: Question,
  { model, mayKnow }: { readonly model: Model; readonly mayKnow: boolean },
): Reason {
  if (decision.allowed) return explainAllowed(decision, model)
  const hidden = decision.why === 'unknown_subject' || decision.why === 'inactive_subject'
  const code = hidden && !mayKnow ? 'no_permission' : decision.why
  const missing = `${question.resource.type}:${question.action}`
  return { code, message: words[code], missing }
}

function explainAllowed({ grant, source }: Allowed, model: Model): Reason {
  return {
    code: 'allowed',
    message: 'A role of the subject has this permission.',
    permission: permissionText(source.permission),
    assignment_id: grant.assignmentId,
    role: model.role(grant.roleId)?.name ?? source.definedBy,
    defined_by: source.definedBy,
    ...(grant.group && { group: grant.group }),
    ...(grant.scope && { limit: scopeText(grant.scope) }),
  }
}
