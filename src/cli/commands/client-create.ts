import { readFileSync } from 'node:fs'
import { Check, Errors } from 'typebox/value'
import { secureRandom, systemClock } from '../../base/index.ts'
import { ClientInput, createClient, requireSector } from '../../clients/index.ts'
import { createOutgoing } from '../../outgoing/index.ts'
import type { Command, Values } from '../command.ts'
import { required, text, texts, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { sealerOf } from '../master-key.ts'
import { settings } from '../settings.ts'

export const clientCreate: Command = {
  name: 'client create',
  summary: 'register an application; prints its id and, once, its secret',
  options: {
    name: { type: 'string', help: 'name that people see' },
    'redirect-uri': {
      type: 'string',
      multiple: true,
      help: 'where codes are sent; repeat for several',
    },
    'post-logout-redirect-uri': {
      type: 'string',
      multiple: true,
      help: 'where sign-out returns to',
    },
    'auth-method': {
      type: 'string',
      help: 'client_secret_basic (default), client_secret_post, private_key_jwt, tls_client_auth, none ...',
    },
    'grant-type': {
      type: 'string',
      multiple: true,
      help: 'authorization_code, refresh_token, client_credentials, ...',
    },
    scope: { type: 'string', help: 'scopes it may ask for, in quotes' },
    'id-token-alg': { type: 'string', help: 'RS256 (default), ES256, PS256, EdDSA, ...' },
    'jwks-uri': { type: 'string', help: 'address of its public keys' },
    profile: { type: 'string', help: 'fapi2: everything that FAPI 2.0 demands' },
    'application-type': {
      type: 'string',
      help: 'web or native; without it the addresses of both are allowed',
    },
    'from-file': {
      type: 'string',
      help: 'file with metadata as JSON (RFC 7591); options come before it',
    },
    public: { type: 'boolean', help: 'the same as --auth-method none' },
    'first-party': { type: 'boolean', help: 'never ask people for consent' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  async run(values) {
    const input = clientInput(values)
    const config = settings()
    const { outgoingHosts } = config.protocol
    const outgoing = createOutgoing({ allow: outgoingHosts })
    await requireSector({ outgoing }, input)
    const sealer = sealerOf(config)
    const needs = { clock: systemClock, random: secureRandom, sealer, outgoingHosts }
    const { client, secret } = await withDatabase(config, (db) =>
      createClient({ ...needs, db }, input, { actor: 'system' }),
    )
    if (values.json === true) {
      const { clientId: client_id, name: client_name, metadata } = client
      console.log(
        JSON.stringify({ client_id, client_secret: secret, client_name, ...metadata }, null, 2),
      )
      return 0
    }
    console.log(`client_id      ${client.clientId}`)
    if (secret !== undefined)
      console.log(`client_secret  ${secret}\n\nThe secret is not shown again.`)
    return 0
  },
}

function clientInput(values: Values): ClientInput {
  const redirects = texts(values, 'redirect-uri')
  const afterLogout = texts(values, 'post-logout-redirect-uri')
  const grants = texts(values, 'grant-type')
  const method = values.public === true ? 'none' : text(values, 'auth-method')
  const scope = text(values, 'scope')
  const algorithm = text(values, 'id-token-alg')
  const keys = text(values, 'jwks-uri')
  const profile = text(values, 'profile')
  const application = text(values, 'application-type')
  const file = text(values, 'from-file')
  const input = {
    ...(file === undefined ? { client_name: required(values, 'name') } : fromFile(file)),
    ...(values.name !== undefined && { client_name: required(values, 'name') }),
    ...(redirects.length > 0 && { redirect_uris: redirects }),
    ...(afterLogout.length > 0 && { post_logout_redirect_uris: afterLogout }),
    ...(grants.length > 0 && { grant_types: grants }),
    ...(method !== undefined && { token_endpoint_auth_method: method }),
    ...(scope !== undefined && { scope }),
    ...(algorithm !== undefined && { id_token_signed_response_alg: algorithm }),
    ...(keys !== undefined && { jwks_uri: keys }),
    ...(profile !== undefined && { profile }),
    ...(application !== undefined && { application_type: application }),
    ...(values['first-party'] === true && { require_consent: false }),
  }
  if (Check(ClientInput, input)) return input
  const [error] = Errors(ClientInput, input)
  throw new UsageError(`${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`)
}

function fromFile(path: string): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
      return Object.fromEntries(Object.entries(content))
    }
  } catch (cause) {
    throw new UsageError(`${path} cannot be read as JSON.`, { cause })
  }
  throw new UsageError(`${path} must hold a JSON object.`)
}
