/**
 * flow: one journey of a browser through sign-in and consent, kept on the server and bound to the
 * browser's cookie. Owns the keys `flow:*` of the soft state. Promises that the next step is a pure
 * function of the flow, the session and what was allowed before. Never renders pages or issues codes.
 *
 *   begin -> [password] -> [choose] -> [factor | enrol] -> [consent] -> done -> the flow's `resume` address
 */
export { beginFlow, readFlow, settleFlow } from './begin.ts'
export { askAccountAgain, keepAccount, switchAccount } from './choose-account.ts'
export { flowFailures } from './failures.ts'
export type { Flow, FlowStart } from './flow.ts'
export type { Outlook, Step } from './next-step.ts'
export { consentOf, locationOf, nextStep } from './next-step.ts'
export type { OutlookNeeds } from './outlook.ts'
export { judgeSession, outlookOf } from './outlook.ts'
export type { ConsentQuestion } from './pass-consent.ts'
export { consentQuestion, passConsent } from './pass-consent.ts'
