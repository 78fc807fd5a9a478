import { decodeJwt, jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { clientFailures } from '../../clients/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import { believedAlgorithms } from '../believed-algorithms.ts'
import type { ProtocolSettings } from '../settings.ts'
import type { IssuerKeys } from '../trusted-issuers/issuer-keys.ts'
import { registrationFailures } from './failures.ts'
import type { Raw } from './read-metadata.ts'

export type StatementNeeds = {
  readonly clock: Clock
  readonly issuerKeys: IssuerKeys
  readonly protocol: ProtocolSettings
}

const registered = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'])

/**
 * What the request and its software statement say together; what the statement says comes first (RFC 7591
 * section 2.3). Where no issuer is believed a statement is a member that we do not know.
 */
export async function withStatement(needs: StatementNeeds, raw: Raw): Promise<Raw> {
  const { software_statement: statement, ...said } = raw
  const { softwareStatementIssuers: issuers } = needs.protocol
  if (statement === undefined || issuers.length === 0) return said
  if (typeof statement !== 'string' || statement.length > 32_768) {
    throw clientFailures.invalid_client_metadata({
      members: [{ pointer: '/software_statement', words: 'is not a JWT' }],
    })
  }
  const issuer = issuerOf(statement)
  if (!issuers.includes(issuer)) throw registrationFailures.issuer({ log: { issuer } })
  const claims = await verified(needs, statement, issuer)
  const stated = Object.entries(claims).filter(([name]) => !registered.has(name))
  return { ...said, ...Object.fromEntries(stated) }
}

function issuerOf(statement: string): string {
  try {
    return decodeJwt(statement).iss ?? ''
  } catch (cause) {
    throw registrationFailures.statement({ cause })
  }
}

async function verified(
  { issuerKeys, clock }: StatementNeeds,
  statement: string,
  issuer: string,
): Promise<Raw> {
  const keys = await issuerKeys.of(issuer)
  if (keys === undefined) throw registrationFailures.statement({ log: { why: 'no keys', issuer } })
  try {
    const { payload } = await jwtVerify(statement, keys, {
      algorithms: [...believedAlgorithms],
      issuer,
      currentDate: clock.now(),
    })
    return payload
  } catch (cause) {
    const why = cause instanceof OutgoingError ? cause.trouble : 'not verified'
    throw registrationFailures.statement({ cause, log: { why, issuer } })
  }
}
