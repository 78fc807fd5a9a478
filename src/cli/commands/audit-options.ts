import type { AuditFilter } from '../../audit/index.ts'
import { isAddress } from '../../audit/index.ts'
import type { Option, Values } from '../command.ts'
import { text, UsageError } from '../command.ts'

/** The options that choose entries. */
export const filterOptions: Readonly<Record<string, Option>> = {
  actor: { type: 'string', help: 'user:<id>, client:<id>, system or anonymous' },
  'on-behalf-of': { type: 'string', help: 'whose account it was' },
  action: { type: 'string', help: 'such as user.create, or user.* for all of them' },
  resource: { type: 'string', help: 'such as user:<id>' },
  outcome: { type: 'string', help: 'success or refused' },
  ip: { type: 'string', help: 'address of the caller' },
  'request-id': { type: 'string', help: 'id of the request' },
  from: { type: 'string', help: 'first moment, such as 2026-11-01 or 2026-11-01T08:00:00Z' },
  to: { type: 'string', help: 'the moment before which entries were made' },
}

export function filterOf(values: Values): AuditFilter {
  const outcome = text(values, 'outcome')
  if (outcome !== undefined && outcome !== 'success' && outcome !== 'refused') {
    throw new UsageError('--outcome must be success or refused.')
  }
  const ip = text(values, 'ip')
  if (ip !== undefined && !isAddress(ip)) throw new UsageError(`"${ip}" is no address.`)
  const plain = {
    actor: text(values, 'actor'),
    onBehalfOf: text(values, 'on-behalf-of'),
    action: text(values, 'action'),
    resource: text(values, 'resource'),
    requestId: text(values, 'request-id'),
    outcome,
    ip,
    ...periodOf(values),
  }
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
}

export function periodOf(values: Values): { readonly from?: Date; readonly to?: Date } {
  const from = moment(values, 'from')
  const to = moment(values, 'to')
  return { ...(from && { from }), ...(to && { to }) }
}

/** Without an offset it is UTC, wherever the command runs. */
function moment(values: Values, name: string): Date | undefined {
  const given = text(values, name)
  if (given === undefined) return undefined
  const local = /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(given)
  const at = new Date(local ? `${given}Z` : given)
  const fits = /^\d{4}-\d\d-\d\d(T|$)/.test(given) && !Number.isNaN(at.getTime())
  if (!fits) throw new UsageError(`--${name} must be a date such as 2026-11-01.`)
  return at
}
