import { startBetterAuth, startOidcMemory, startOidcPostgres } from './peers/index.ts'
import { startCardeaTarget } from './server-cardea.ts'
import type { StartTarget, Target, TargetKey } from './target.ts'

/** In the order of the table. */
export const startOf: Readonly<Record<TargetKey, StartTarget>> = {
  cardea: (needs) => startCardeaTarget([], needs),
  'oidc-memory': startOidcMemory,
  'oidc-postgres': startOidcPostgres,
  'better-auth': startBetterAuth,
}

export async function stopAll(targets: readonly Target[]): Promise<void> {
  await Promise.allSettled(targets.map((target) => target.stop()))
}
