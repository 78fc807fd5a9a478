import type { Client } from '../../clients/index.ts'
import type { TokenBinding } from '../../session/index.ts'
import type { ProtocolRequest } from '../protocol-request.ts'

/** What the sender of a request proved to hold; refuses a client that must prove something and did not. */
export async function bindingOf(
  _needs: unknown,
  _client: Client,
  _request: ProtocolRequest,
): Promise<TokenBinding | undefined> {
  return undefined
}
