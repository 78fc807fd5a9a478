/**
 * token: the token endpoint, with one file for each grant. A grant gets a client that is authenticated and may use
 * it, with its binding and resources, and only redeems.
 */

import type { ClientId } from '../../base/index.ts'
import { Failure } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { ClientAuthNeeds } from '../client-auth/authenticate.ts'
import { authenticateClient } from '../client-auth/authenticate.ts'
import type { BindingNeeds } from '../binding/binding.ts'
import { bindingOf } from '../binding/binding.ts'
import { oauthFailures } from '../failures.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import type { ResourceNeeds } from '../resources/requested.ts'
import { requestedResources } from '../resources/requested.ts'
import type { Grant, TokenResponse } from './grant.ts'

export type TokenEndpoint = (request: ProtocolRequest) => Promise<TokenResponse>

type Needs = BindingNeeds &
  ResourceNeeds & {
    readonly clientAuth: ClientAuthNeeds
    readonly grants: readonly Grant[]
    /** `client` is whom a token was given to. */
    readonly count: (grant: string, outcome: string, client?: ClientId) => void
  }

/** The phases every grant goes through, in this order; no grant can leave one out. */
export function createTokenEndpoint(needs: Needs): TokenEndpoint {
  const grants = new Map<string, Grant>(needs.grants.map((grant) => [grant.type, grant]))
  return async (request) => {
    const { parameters, lists, origin } = request
    const type = parameters.get('grant_type')
    if (type === undefined) throw oauthFailures.missing_parameter({ parameter: 'grant_type' })
    const grant = grants.get(type)
    if (grant === undefined) throw oauthFailures.unsupported_grant_type({ parameter: 'grant_type' })
    try {
      const client = await authenticateClient(needs.clientAuth, request)
      mayUse(client, grant)
      const binding = await bindingOf(needs, client, request)
      const resources = await requestedResources(needs, client, lists)
      const response = await grant.redeem({
        client,
        parameters,
        lists,
        origin,
        binding,
        resources,
      })
      needs.count(type, 'success', client.clientId)
      return response
    } catch (error) {
      needs.count(type, error instanceof Failure ? error.kind.code : 'server_error')
      throw error
    }
  }
}

function mayUse(client: Client, grant: Grant): void {
  if (!client.metadata.grant_types.includes(grant.type)) {
    throw oauthFailures.grant_not_allowed({ parameter: 'grant_type' })
  }
}
