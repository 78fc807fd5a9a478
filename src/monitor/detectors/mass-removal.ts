import { counting } from '../detector.ts'
import { finding } from '../event.ts'

const removals = new Set(['user.deactivate', 'user.delete'])

/** One administrator removes many accounts in a short time. What people do to their own does not count. */
export const massRemoval = counting({
  name: 'mass_removal',
  keyOf: ({ action, outcome, actor, resource }) =>
    removals.has(action) && outcome === 'success' && actor !== resource ? actor : undefined,
  limits: ({ removals: threshold, removalWindow: window }) => ({ threshold, window }),
  found: (record, actor, accounts) =>
    finding(record, 'mass_removal', { subject: actor, details: { accounts } }),
})
