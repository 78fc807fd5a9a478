import { Type } from 'typebox'
import { basedOn, needs as permission, problems } from '../../account/index.ts'
import {
  ClientInput,
  clientFailures,
  patchedRegistration,
  registrationOf,
  requireSector,
  switchClient,
  updateClient,
} from '../../clients/index.ts'
import type { Reply, Request, Surface } from '../../http/index.ts'
import { removeClient } from '../../oauth/index.ts'
import type { AdminNeeds } from '../needs.ts'
import {
  actOnClient,
  ClientParams,
  ClientPatch,
  ClientWithSecret,
  clientOf,
  clientsPath as path,
  sendClient,
} from './client.ts'

const tags = ['admin']
const config = {
  ...permission('cardea.client:update', { of: 'client_id', recent: true }),
  etag: 'asked',
} as const

type To = Parameters<typeof updateClient>[2]['to']

export function changeRoutes(surface: Surface, needs: AdminNeeds): void {
  const description =
    'A client that proves itself by a secret from now on gets one in the answer; of one that does not any more, every secret ends.'
  surface.put(`${path}/:client_id`, {
    config,
    schema: {
      tags,
      operationId: 'putClient',
      summary: 'Replace all metadata; members that are absent get their defaults',
      description,
      params: ClientParams,
      body: ClientInput,
      response: { 200: ClientWithSecret, ...problems },
    },
    handler: async (request, reply) =>
      change(needs, { request, reply }, request.params.client_id, () => request.body),
  })
  surface.patch(`${path}/:client_id`, {
    config,
    schema: {
      tags,
      operationId: 'updateClient',
      summary: 'Change metadata: a member that is null goes, one that is absent stays (RFC 7396)',
      description,
      params: ClientParams,
      body: ClientPatch,
      response: { 200: ClientWithSecret, ...problems },
    },
    handler: async (request, reply) =>
      change(needs, { request, reply }, request.params.client_id, (before) =>
        patchedRegistration(before, request.body),
      ),
  })
  lifeRoutes(surface, needs)
}

async function change(
  needs: AdminNeeds,
  { request, reply }: { readonly request: Request; readonly reply: Reply },
  id: string,
  to: To,
): Promise<Reply> {
  const { by, clientId } = await actOnClient(needs, request, id)
  // What it leads to is asked before the transaction; If-Match makes sure that it is still the same.
  const client = await clientOf(needs, id)
  if (client.registeredBy === 'document') throw clientFailures.of_document()
  const before = registrationOf(client)
  const after = to(before)
  if (sectorOf(before) !== sectorOf(after)) await requireSector(needs, after)
  const { client: changed, secret } = await updateClient(needs, clientId, {
    basedOn: basedOn(request),
    by,
    to,
  })
  needs.clients.forget(clientId)
  return sendClient(reply, changed, secret)
}

function sectorOf({ sector_identifier_uri: uri, redirect_uris: redirects }: ClientInput): string {
  return JSON.stringify([uri, redirects])
}

function lifeRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = { tags, params: ClientParams, response: { 204: Type.Null(), ...problems } }
  const turn = async (request: Request, reply: Reply, id: string, active: boolean) => {
    const { by, clientId } = await actOnClient(needs, request, id)
    await switchClient(needs, clientId, { active, by })
    told(needs, clientId)
    return reply.code(204).send(null)
  }
  surface.post(`${path}/:client_id/deactivate`, {
    config: permission('cardea.client:update', { of: 'client_id', recent: true }),
    schema: {
      ...one,
      operationId: 'deactivateClient',
      summary: 'Stop a client: nobody signs in to it, and no token of it is active',
    },
    handler: (request, reply) => turn(request, reply, request.params.client_id, false),
  })
  surface.post(`${path}/:client_id/reactivate`, {
    config: permission('cardea.client:update', { of: 'client_id', recent: true }),
    schema: {
      ...one,
      operationId: 'reactivateClient',
      summary: 'Let a client go on; tokens that did not expire or end meanwhile are active again',
    },
    handler: (request, reply) => turn(request, reply, request.params.client_id, true),
  })
  surface.delete(`${path}/:client_id`, {
    config: permission('cardea.client:delete', { of: 'client_id', recent: true }),
    schema: {
      ...one,
      operationId: 'deleteClient',
      summary: 'Delete a client with its tokens, consents and roles',
    },
    handler: async (request, reply) => {
      const { by, clientId } = await actOnClient(needs, request, request.params.client_id)
      await removeClient(needs, clientId, by)
      told(needs, clientId)
      return reply.code(204).send(null)
    },
  })
}

/** A client that is not active has no rights either. */
function told({ clients, access }: AdminNeeds, clientId: string): void {
  clients.forget(clientId)
  access.changed()
}
