import type { ClientBase } from 'pg'

/**
 * A commit that has to wait for a synchronous standby is reported as done when PostgreSQL is told to stop waiting,
 * for which the statement timeout is enough: the server warns, and has kept the change to itself. Whoever was told of
 * success would lose it when that standby is promoted.
 */
export class NotReplicated extends Error {
  override readonly name = 'NotReplicated'

  constructor() {
    super('committed here, but no synchronous standby has confirmed it in time')
  }
}

const warnings = new WeakMap<ClientBase, number>()

/** Counts such warnings of a connection. */
export function watchReplication(client: ClientBase): void {
  client.on('notice', ({ routine }) => {
    // By the place in the source, which is the same in every language.
    if (routine === 'SyncRepWaitForLSN') warnings.set(client, warningsOf(client) + 1)
  })
}

export function warningsOf(client: ClientBase): number {
  return warnings.get(client) ?? 0
}

/**
 * Throws if a warning has come since `before`. With several statements under way it is not known whose it is:
 * then all of them are told that they cannot be sure.
 */
export function confirmReplicated(client: ClientBase, before: number): void {
  if (warningsOf(client) !== before) throw new NotReplicated()
}
