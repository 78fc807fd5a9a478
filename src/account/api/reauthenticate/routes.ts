import { type Static, Type } from 'typebox'
import type { Surface } from '../../../http/index.ts'
import { originOf } from '../../../http/index.ts'
import { proveFactor } from '../../../login/index.ts'
import type { Assurance, FactorKind, Proof, Situation } from '../../../mfa/index.ts'
import { mfaFailures, situationOf, usableFactors } from '../../../mfa/index.ts'
import type { Exchange } from '../../confirm-password.ts'
import { confirmPassword } from '../../confirm-password.ts'
import { accountFailures } from '../../failures.ts'
import type { AccountNeeds } from '../../needs.ts'
import { insufficientFor, isRecent } from '../../own-level.ts'
import type { Principal } from '../../principal.ts'
import { principalOf } from '../../principal.ts'
import { subjectOf } from '../journey.ts'
import { challengeFor } from '../mfa/challenge-for.ts'
import { AnyKind, answerMembers, Challenged, closed } from '../mfa/schemas.ts'
import { problems } from '../schemas.ts'
import { renewSession } from './renew-session.ts'
import { bestProof, renewedProof } from './renewed-proof.ts'

const tags = ['account']
const path = '/api/v1/auth/reauthenticate'

const ReauthenticateBody = Type.Object(
  {
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    factor: Type.Optional(Type.Object({ kind: AnyKind, ...answerMembers }, closed)),
  },
  { ...closed, minProperties: 1 },
)
type Body = Static<typeof ReauthenticateBody>

export function reauthenticationRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post(path, {
    schema: {
      tags,
      operationId: 'reauthenticate',
      summary: 'Prove password, factor or both again, for what needs a recent proof',
      description:
        'Together with what the session proved recently it must reach the level of the account.',
      body: ReauthenticateBody,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const principal = await principalOf(needs, request)
      const exchange = { request, reply }
      const proved = await proveAgain(needs, exchange, { principal, body: request.body })
      await renewSession(needs, exchange, { principal, proved })
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/challenge`, {
    schema: {
      tags,
      operationId: 'challengeOwnFactor',
      summary: 'Get what a factor needs to prove again: options for a passkey, a mailed code',
      body: Type.Object({ factor: AnyKind }, closed),
      response: { 200: Challenged, ...problems },
    },
    handler: async (request, reply) => {
      const principal = await principalOf(needs, request)
      reply.headers(await needs.limits.admit(['login', { ip: originOf(request).ip }]))
      const { factor } = request.body
      requireUsable(await situationOf(needs.mfa, principal.user.id), factor)
      const subject = subjectOf(needs, { request, reply }, principal)
      return challengeFor(needs.mfa, subject, factor)
    },
  })
}

function requireUsable({ standing, policy }: Situation, kind: FactorKind): void {
  if (!usableFactors(standing, policy).includes(kind)) throw mfaFailures.not_offered()
}

type Proving = { readonly principal: Principal; readonly body: Body }

/** Fails with 401 when something is wrong, or right and not enough for the account. */
async function proveAgain(
  needs: AccountNeeds,
  exchange: Exchange,
  { principal, body }: Proving,
): Promise<Assurance> {
  const { user, proved: before } = principal
  const { password, factor } = body
  const situation = await situationOf(needs.mfa, user.id)
  if (factor !== undefined) requireUsable(situation, factor.kind)
  const recent = isRecent(needs, before) ? before : undefined
  const judgeWith = (now: readonly Proof[]): Assurance => {
    const proved = renewedProof(situation, { recent, now })
    if (proved === undefined) throw insufficientFor(needs, situation)
    return proved
  }
  const known: Proof[] = []
  if (password !== undefined) {
    if (!(await confirmPassword(needs, exchange, user, password))) {
      throw accountFailures.credentials()
    }
    known.push({ kind: 'password', at: needs.clock.now().getTime() })
  }
  if (factor === undefined) return judgeWith(known)
  judgeWith([...known, bestProof(factor.kind, needs.clock.now())])
  return judgeWith([...known, await proveOwnFactor(needs, exchange, { principal, factor })])
}

type Answered = { readonly principal: Principal; readonly factor: NonNullable<Body['factor']> }

async function proveOwnFactor(
  needs: AccountNeeds,
  exchange: Exchange,
  { principal, factor }: Answered,
): Promise<Proof> {
  const { kind, ...answer } = factor
  const subject = subjectOf(needs, exchange, principal)
  const verdict = await proveFactor(needs, exchange, subject, { kind, answer })
  if (!verdict.ok) throw mfaFailures.wrong_factor()
  return verdict.proof
}
