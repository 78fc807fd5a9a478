import { type Static, Type } from 'typebox'
import type { Request, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { mfaFailures, situationOf } from '../../mfa/index.ts'
import { answerBackchannel, approvalFor, cibaFailures, findOpenRequest } from '../../oauth/index.ts'
import { readFamily } from '../../session/index.ts'
import { problems } from '../api/schemas.ts'
import type { AccountNeeds } from '../needs.ts'
import { insufficientFor } from '../own-level.ts'
import type { Principal } from '../principal.ts'
import { freshPrincipalOf, principalOf } from '../principal.ts'
import type { WaitingRequest } from './waiting-requests.ts'
import { judgeAnswer, waitingRequests } from './waiting-requests.ts'

const tags = ['account']
const path = '/api/v1/users/me/backchannel-requests'
const time = Type.String({ format: 'date-time' })
const RequestPath = Type.Object({ request_id: Type.String({ format: 'uuid' }) })

const RequestBody = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    client: Type.Object({ client_id: Type.String(), name: Type.String() }),
    binding_message: Type.Union([Type.String(), Type.Null()], {
      description: 'The person must see the same where they asked for it',
    }),
    scopes: Type.Array(Type.String()),
    resources: Type.Array(Type.String()),
    authorization_details: Type.Array(
      Type.Object({ type: Type.String() }, { additionalProperties: true }),
    ),
    created_at: time,
    expires_at: time,
  },
  {
    title: 'BackchannelRequest',
    examples: [
      {
        id: '01960d2c-7c00-7000-8000-000000000001',
        client: { client_id: 'call-centre', name: 'Call centre' },
        binding_message: 'W4SCT',
        scopes: ['openid'],
        resources: [],
        authorization_details: [],
        created_at: '2026-11-25T12:00:00.000Z',
        expires_at: '2026-11-25T12:05:00.000Z',
      },
    ],
  },
)

/** What applications ask a person by the back channel (CIBA), for an application that shows it to them. */
export function backchannelRequestRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.get(path, {
    schema: {
      tags,
      operationId: 'listMyBackchannelRequests',
      summary: 'What applications ask the caller to confirm now (OpenID Connect CIBA)',
      response: { 200: Type.Object({ data: Type.Array(RequestBody) }), ...problems },
    },
    handler: async (request) => {
      const { user } = await principalOf(needs, request)
      return { data: (await waitingRequests(needs, user.id)).map(bodyOf) }
    },
  })
  surface.post(`${path}/:request_id/approve`, {
    schema: {
      tags,
      operationId: 'approveMyBackchannelRequest',
      summary: 'Confirm what an application asks; needs a recent proof',
      params: RequestPath,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const principal = await freshPrincipalOf(needs, request)
      await approve(needs, request, { principal, id: request.params.request_id })
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/:request_id/deny`, {
    schema: {
      tags,
      operationId: 'denyMyBackchannelRequest',
      summary: 'Refuse what an application asks',
      params: RequestPath,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await principalOf(needs, request)
      const answer = { userId: user.id, approval: null, origin: originOf(request) }
      await answerBackchannel(needs, request.params.request_id, answer)
      return reply.code(204).send(null)
    },
  })
}

type Approving = { readonly principal: Principal; readonly id: string }

async function approve(
  needs: AccountNeeds,
  request: Request,
  { principal, id }: Approving,
): Promise<void> {
  const { user, proved, sessionId } = principal
  const found = await findOpenRequest(needs, user.id, id)
  const client = await needs.clients.find(found.clientId)
  if (client?.isActive !== true) throw cibaFailures.unknown_request()
  const judgement = await judgeAnswer(needs, { request: found, client }, proved)
  if (judgement.do === 'refuse') throw mfaFailures.no_way_in()
  if (judgement.do !== 'pass') throw insufficientFor(needs, await situationOf(needs.mfa, user.id))
  const sessionEnds = await endOf(needs, principal)
  const approval = approvalFor(found.asked, { sessionId, sessionEnds, proved })
  await answerBackchannel(needs, id, { userId: user.id, approval, origin: originOf(request) })
}

/** When the session of the caller ends at the latest, in ms since 1970. */
async function endOf(
  { db, clock }: AccountNeeds,
  { browserSession, familyId }: Principal,
): Promise<number> {
  if (browserSession !== undefined) return browserSession.expiresAt.getTime()
  const family = familyId && (await readFamily(db, familyId))
  return (family?.expiresAt ?? clock.now()).getTime()
}

function bodyOf({ request, client }: WaitingRequest): Static<typeof RequestBody> {
  const { id, bindingMessage, asked, createdAt, expiresAt } = request
  return {
    id,
    client: { client_id: client.clientId, name: client.name },
    binding_message: bindingMessage,
    scopes: [...asked.scopes],
    resources: [...asked.resources],
    authorization_details: [...(asked.details ?? [])],
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  }
}
