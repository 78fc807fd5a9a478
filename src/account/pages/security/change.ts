import type { Reply } from '../../../http/index.ts'
import { fieldsOf } from '../../../http/index.ts'
import type { FactorEntry } from '../../../mfa/index.ts'
import {
  allows,
  forgetDevices,
  listFactors,
  mfaFailures,
  parseFactorKind,
  removeFactor,
  renameFactor,
} from '../../../mfa/index.ts'
import type { Call, Form, Refused } from '../door.ts'
import { refusalOf } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { subjectOf } from '../subject.ts'
import { factorPage } from './views/factor-page.ts'

const path = '/account/security'

/** One factor, to be renamed or removed; a mailed code has no name to change. */
export function showFactor(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const fields = new Map(Object.entries(fieldsOf(call.request.query)))
  return show(needs, call, { fields })
}

export async function rename(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const name = form.get('name') ?? ''
  try {
    await renameFactor(needs.mfa, subjectOf(needs, call), { ...targetOf(form), name })
  } catch (error) {
    const { status, errors } = refusalOf(call, error)
    const refused = { status, errors: { name: Object.values(errors)[0] ?? '' } }
    return show(needs, call, { fields: form, refused, name })
  }
  return call.go(`${path}?notice=factor-renamed`)
}

export async function remove(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  try {
    await removeFactor(needs.mfa, subjectOf(needs, call), targetOf(form))
  } catch (error) {
    return show(needs, call, { fields: form, refused: refusalOf(call, error) })
  }
  return call.go(`${path}?notice=factor-removed`)
}

/** Every browser is asked for the second factor again, this one as well. */
export async function forgetBrowsers(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { user: person, visitor } = call
  const by = { actor: `user:${person.id}`, origin: visitor.origin }
  await forgetDevices(needs.mfa, { person, ...by })
  return call.go(`${path}?notice=devices-forgotten`)
}

type Target = Pick<FactorEntry, 'kind' | 'id'>

function targetOf(fields: Form): Target {
  const kind = parseFactorKind(fields.get('kind'))
  if (kind === undefined) throw mfaFailures.unknown_factor()
  return { kind, id: fields.get('id') ?? '' }
}

type State = { readonly fields: Form; readonly refused?: Refused; readonly name?: string }

async function show(
  needs: AccountPageNeeds,
  { t, user, link, hidden, reply }: Call,
  { fields, refused, name }: State,
): Promise<Reply> {
  const { kind, id } = targetOf(fields)
  const entries = await listFactors(needs.mfa, user.id)
  const entry = entries.find((one) => one.kind === kind && one.id === id)
  // Somebody else's is as unknown as one that never was.
  if (entry === undefined) throw mfaFailures.unknown_factor()
  const { status = 200, errors = {} } = refused ?? {}
  const { policy } = await needs.mfa.policy.current()
  const counted = entries.filter(
    (one) => allows(policy, one.kind) && one.passkey?.suspended !== true,
  )
  const isLast = counted.length === 1 && counted[0] === entry
  const frame = { t, link, hidden: { ...hidden, kind, id }, errors }
  const page = factorPage({ ...frame, entry, name: name ?? entry.name, isLast })
  return needs.pages.send(reply, page, { status })
}
