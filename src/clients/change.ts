import type { AuditEntry, Origin } from '../audit/index.ts'
import type { ClientId } from '../base/index.ts'
import type { Client } from './client.ts'
import { clientFailures } from './failures.ts'

/** Who changes a client. */
export type By = { readonly actor: string; readonly origin?: Origin }

/** The version that a change is based on. */
export type BasedOn = number | 'any'

/** Fails with 412 when somebody else changed the client meanwhile. */
export function requireVersion({ version }: Pick<Client, 'version'>, basedOn: BasedOn): void {
  if (basedOn !== 'any' && basedOn !== version) throw clientFailures.changed_meanwhile()
}

export function auditEntry(action: string, clientId: ClientId, { actor, origin }: By): AuditEntry {
  const resource = `client:${clientId}`
  return { actor, action, resource, outcome: 'success', ...(origin && { origin }) }
}
