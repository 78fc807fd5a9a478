import type { InvalidMember } from '../../base/index.ts'
import { codePoints } from '../../base/index.ts'
import type { Fields } from '../../http/index.ts'
import type { User, Visitor } from '../../identity/index.ts'
import {
  acceptInvitation,
  identityFailures,
  register,
  registerDirectly,
  requireOpen,
} from '../../identity/index.ts'
import type { SignUpPageNeeds } from './needs.ts'

const longestName = 200

/** Either an account, or the id of a registration that waits for the proof of its address. */
export type SignedUp = { readonly person: User } | { readonly waiting: string }

/** What the form of the registration page leads to, by what the operator allows. */
export async function signUp(
  needs: SignUpPageNeeds,
  fields: Fields,
  visitor: Visitor & { readonly browser: string },
): Promise<SignedUp> {
  const { username = '', email = '', name = '', password = '', invitation = '' } = fields
  const account = {
    password,
    acceptedTerms: fields.accepted_terms,
    ...(username !== '' && { username }),
    ...(name !== '' && { profile: { name } }),
  }
  if (invitation !== '') {
    refuse(tooLong(name))
    return { person: await acceptInvitation(needs, { ...account, invitation }, visitor) }
  }
  requireOpen(needs.signUp)
  refuse([...(needs.signUp.verifyEmail ? missing(email) : []), ...tooLong(name)])
  if (!needs.signUp.verifyEmail) {
    const direct = { ...account, ...(email !== '' && { email }) }
    return { person: await registerDirectly(needs, direct, visitor) }
  }
  const { id } = await register(needs, { ...account, email }, visitor)
  return { waiting: id }
}

function missing(email: string): InvalidMember[] {
  return email === '' ? [{ pointer: '/email', words: 'An email address is needed.' }] : []
}

function tooLong(name: string): InvalidMember[] {
  if (codePoints(name) <= longestName) return []
  const words = `The name must have at most ${longestName} characters.`
  return [{ pointer: '/profile/name', words }]
}

function refuse(members: readonly InvalidMember[]): void {
  if (members.length > 0) throw identityFailures.invalid_user({ members })
}
