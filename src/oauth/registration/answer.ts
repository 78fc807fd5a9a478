import { numericDate } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { isForAdministrators } from './policy.ts'

/** Beside these, every member that the client is registered with. */
export type ClientInformation = {
  [member: string]: unknown
  client_id: string
  client_id_issued_at: number
  client_secret?: string
  client_secret_expires_at?: number
  registration_access_token: string
  registration_client_uri: string
}

export type Told = {
  readonly client: Client
  readonly secret: string | undefined
  readonly registrationToken: string
  readonly statement?: string | undefined
}

/** RFC 7591 section 3.2.1, RFC 7592 section 3: everything that the client is registered with. */
export function clientInformation(
  { issuer }: { readonly issuer: string },
  { client, secret, registrationToken, statement }: Told,
): ClientInformation {
  const said = Object.entries(client.metadata).filter(([name]) => !isForAdministrators(name))
  return {
    client_id: client.clientId,
    client_id_issued_at: numericDate(client.createdAt),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: registrationToken,
    registration_client_uri: `${issuer}/oauth/register/${encodeURIComponent(client.clientId)}`,
    client_name: client.name,
    ...Object.fromEntries(said),
    ...(statement !== undefined && { software_statement: statement }),
  }
}
