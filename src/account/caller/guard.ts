import type { AccessBook, OwnPermission } from '../../access/index.ts'
import type { Origin } from '../../audit/index.ts'
import type { Failure } from '../../base/index.ts'
import type { AccessRule, Request, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { accountFailures } from '../failures.ts'
import type { AccountNeeds } from '../needs.ts'
import { sessionFailures } from '../../session/index.ts'
import { requireOwnLevel } from '../own-level.ts'
import type { Caller } from './caller.ts'
import { actorOf } from './caller.ts'
import { callerMay } from './caller-may.ts'
import type { CallerNeeds } from './find-caller.ts'
import { findCaller } from './find-caller.ts'

export type GuardNeeds = CallerNeeds &
  Pick<AccountNeeds, 'mfa' | 'freshLifetime'> & { readonly access: AccessBook }

const callers = new WeakMap<Request, Caller>()

/** What a route asks of its caller, for its `config`. */
export function needs(
  permission: OwnPermission,
  rule: Omit<AccessRule, 'permission'> = {},
): { access: AccessRule } {
  return { access: { permission, ...rule } }
}

/**
 * Asks every caller of a surface for what the route needs, before the body is read. A route that does not
 * say what it needs cannot be added.
 */
export function guard(surface: Surface, own: GuardNeeds): void {
  surface.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined)
      throw new Error(`${String(method)} ${url} names no permission`)
  })
  surface.addHook('onRequest', async (request) => {
    const rule = request.routeOptions.config.access
    if (rule === undefined) throw accountFailures.forbidden()
    const caller = await findCaller(own, request)
    requireOwnHands(caller)
    await requirePermission(own, caller, rule, request)
    await requireManner(own, caller, rule)
    callers.set(request, caller)
  })
}

/** Who calls a route of a guarded surface. */
export function callerOf(request: Request): Caller {
  const caller = callers.get(request)
  if (caller === undefined) throw new Error('this route is not behind the guard')
  return caller
}

/** The caller of a guarded route in the words of the audit log. */
export function byOf(request: Request): { readonly actor: string; readonly origin: Origin } {
  return { actor: actorOf(callerOf(request)), origin: originOf(request) }
}

/** Nobody administers as somebody else. */
function requireOwnHands(caller: Caller): void {
  if (caller.kind !== 'user') return
  if (caller.principal.browserSession?.impersonator == null) return
  throw sessionFailures.impersonated()
}

async function requirePermission(
  { access }: GuardNeeds,
  caller: Caller,
  { permission, of }: AccessRule,
  request: Request,
): Promise<void> {
  const id = of === undefined ? undefined : pathParameter(request, of)
  if (await callerMay(access, caller, permission, id)) return
  throw insufficientScope(caller, permission)
}

export function insufficientScope(caller: Caller, permission: string): Failure {
  return accountFailures.forbidden({
    parameter: permission,
    // RFC 6750 section 3.1.
    headers: { 'www-authenticate': 'Bearer realm="cardea", error="insufficient_scope"' },
    log: { permission, caller: actorOf(caller) },
  })
}

function pathParameter(request: Request, name: string): string | undefined {
  const value: unknown = Object(request.params)[name]
  return typeof value === 'string' ? value : undefined
}

async function requireManner(own: GuardNeeds, caller: Caller, rule: AccessRule): Promise<void> {
  if (rule.interactive === true && caller.kind !== 'user') throw accountFailures.person_needed()
  if (rule.recent !== true || caller.kind === 'client') return
  if (caller.kind === 'user') {
    await requireOwnLevel(own, caller.user, caller.principal.proved)
    return
  }
  // The proof was given when the key was made, and only for what its owner named there.
  if (!caller.scopes.includes(rule.permission)) throw insufficientScope(caller, rule.permission)
}
