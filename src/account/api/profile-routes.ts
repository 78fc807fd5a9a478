import { Type } from 'typebox'
import type { Request, Surface } from '../../http/index.ts'
import type { AccountEdit, User } from '../../identity/index.ts'
import {
  changePassword,
  confirmEmailByCode,
  editAccount,
  requestEmailChange,
  wrongPassword,
} from '../../identity/index.ts'
import { admitPublic, proofsOf } from '../../login/index.ts'
import { confirmPassword } from '../confirm-password.ts'
import { readerOf } from '../caller/find-caller.ts'
import { basedOn, tagged } from '../etag.ts'
import type { AccountNeeds } from '../needs.ts'
import { lacksSecondFactor, requireOwnLevel } from '../own-level.ts'
import { freshPrincipalOf, principalOf } from '../principal.ts'
import {
  Accepted,
  CodeBody,
  EmailBody,
  PasswordBody,
  ProfilePatchBody,
  problems,
  UserBody,
  UsernameBody,
  userBody,
} from './schemas.ts'

const tags = ['account']
const path = '/api/v1/users/me'

export function profileRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.get(path, {
    config: { etag: 'shown' },
    schema: {
      tags,
      operationId: 'getMe',
      summary: 'The account of the caller; the ETag is its version',
      response: { 200: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await readerOf(needs, request)
      return tagged(reply, user).send(userBody(user))
    },
  })
  surface.patch(path, {
    config: { etag: 'asked' },
    schema: {
      tags,
      operationId: 'updateMe',
      summary:
        'Change the profile: a member that is null goes, one that is absent stays (RFC 7396)',
      body: ProfilePatchBody,
      response: { 200: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await principalOf(needs, request)
      const { profile: patch } = request.body
      const changed = await editOwn(needs, request, { userId: user.id, patch })
      return tagged(reply, changed).send(userBody(changed))
    },
  })
  surface.put(`${path}/username`, {
    config: { etag: 'asked' },
    schema: {
      tags,
      operationId: 'changeMyUsername',
      summary: 'Change the username; needs a recent sign-in',
      body: UsernameBody,
      response: { 200: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await freshPrincipalOf(needs, request)
      const { username } = request.body
      const changed = await editOwn(needs, request, { userId: user.id, username })
      return tagged(reply, changed).send(userBody(changed))
    },
  })
  passwordRoutes(surface, needs)
  emailRoutes(surface, needs)
}

/** A person edits their own account. */
function editOwn(
  needs: AccountNeeds,
  request: Request,
  edit: Omit<AccountEdit, 'basedOn'>,
): Promise<User> {
  const visitor = needs.visitor(request)
  const by = { actor: `user:${edit.userId}`, origin: visitor.origin }
  return editAccount(needs, { ...edit, basedOn: basedOn(request) }, { by, visitor })
}

function passwordRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.put(`${path}/password`, {
    schema: {
      tags,
      operationId: 'changeMyPassword',
      summary: 'Change the password with the current one; all other sessions end',
      body: PasswordBody,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user, sessionId: keep, proved } = await principalOf(needs, request)
      if (await lacksSecondFactor(needs, user, proved)) await requireOwnLevel(needs, user, proved)
      const { current_password: current, password: next } = request.body
      const confirmed = await confirmPassword(needs, { request, reply }, user, current)
      if (!confirmed) throw wrongPassword()
      await changePassword(needs, user, { next, keep }, needs.visitor(request))
      return reply.code(204).send(null)
    },
  })
}

function emailRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post(`${path}/email`, {
    schema: {
      tags,
      operationId: 'changeMyEmail',
      summary: 'Ask to use another email address, or to prove the present one, by a mail to it',
      body: EmailBody,
      response: { 202: Accepted, ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await freshPrincipalOf(needs, request)
      const { email } = request.body
      await admitPublic(needs, { request, reply }, ...proofsOf(email))
      await requestEmailChange(needs, user, email, needs.visitor(request))
      return reply.code(202).send({ status: 'accepted' })
    },
  })
  surface.post(`${path}/email/confirm`, {
    config: { etag: 'shown' },
    schema: {
      tags,
      operationId: 'confirmMyEmail',
      summary: 'Prove the new email address with the code of the mail',
      body: CodeBody,
      response: { 200: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await principalOf(needs, request)
      await admitPublic(needs, { request, reply })
      const proof = { userId: user.id, code: request.body.code }
      const changed = await confirmEmailByCode(needs, proof, needs.visitor(request))
      return tagged(reply, changed).send(userBody(changed))
    },
  })
}
