import type { Static } from 'typebox'
import type { Surface } from '../../http/index.ts'
import type { User, Visitor } from '../../identity/index.ts'
import {
  acceptInvitation,
  confirmByCode,
  confirmByLink,
  identityFailures,
  register,
  registerDirectly,
  requireOpen,
} from '../../identity/index.ts'
import { admitPublic, admitWorthy, proofsOf } from '../../login/index.ts'
import type { AccountNeeds } from '../needs.ts'
import {
  ConfirmRegistrationBody,
  Pending,
  problems,
  RegisterBody,
  UserBody,
  userBody,
} from './schemas.ts'

const tags = ['account']

export function signUpRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post('/api/v1/auth/register', {
    schema: {
      tags,
      operationId: 'register',
      summary: 'Create an account, or begin to: 202 means that a mail asks for confirmation',
      security: [],
      body: RegisterBody,
      response: { 201: UserBody, 202: Pending, ...problems },
    },
    handler: async (request, reply) => {
      const { email } = request.body
      await admitWorthy(needs, { request, reply }, ...proofsOf(email))
      const made = await signUp(needs, request.body, needs.visitor(request))
      if ('id' in made) return reply.code(201).send(userBody(made))
      return reply.code(202).send(made)
    },
  })
  surface.post('/api/v1/auth/register/confirm', {
    schema: {
      tags,
      operationId: 'confirmRegistration',
      summary: 'Finish a registration with the code of the mail, or with its link and the password',
      security: [],
      body: ConfirmRegistrationBody,
      response: { 201: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      await admitPublic(needs, { request, reply })
      const { body } = request
      const visitor = needs.visitor(request)
      const user =
        'token' in body
          ? await confirmByLink(needs, body, visitor)
          : await confirmByCode(needs, { id: body.registration, code: body.code }, visitor)
      return reply.code(201).send(userBody(user))
    },
  })
}

type PendingAnswer = Static<typeof Pending>

/** The one way into registration for an application, by what it brings and what the operator allows. */
async function signUp(
  needs: AccountNeeds,
  body: Static<typeof RegisterBody>,
  visitor: Visitor,
): Promise<User | PendingAnswer> {
  const { name, invitation, accepted_terms: acceptedTerms, email, ...rest } = body
  const account = { ...rest, acceptedTerms, ...(name !== undefined && { profile: { name } }) }
  if (invitation !== undefined) {
    return acceptInvitation(needs, { ...account, invitation }, visitor)
  }
  requireOpen(needs.signUp)
  if (!needs.signUp.verifyEmail) {
    const direct = { ...account, ...(email !== undefined && { email }) }
    return registerDirectly(needs, direct, visitor)
  }
  if (email === undefined) {
    const members = [{ pointer: '/email', words: 'An email address is needed.' }]
    throw identityFailures.invalid_user({ members })
  }
  const { id } = await register(needs, { ...account, email }, visitor)
  return { status: 'confirmation_required', registration: id }
}
