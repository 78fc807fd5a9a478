import { Check, Errors } from 'typebox/value'
import { secureRandom, systemClock } from '../../base/index.ts'
import { ClientInput, createClient } from '../../clients/index.ts'
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
      help: 'client_secret_basic (default), client_secret_post, private_key_jwt, none',
    },
    'grant-type': {
      type: 'string',
      multiple: true,
      help: 'authorization_code, refresh_token, client_credentials',
    },
    scope: { type: 'string', help: 'scopes it may ask for, in quotes' },
    'id-token-alg': { type: 'string', help: 'RS256 (default) or ES256' },
    public: { type: 'boolean', help: 'the same as --auth-method none' },
    'first-party': { type: 'boolean', help: 'never ask people for consent' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  async run(values) {
    const input = clientInput(values)
    const config = settings()
    const needs = { clock: systemClock, random: secureRandom, sealer: sealerOf(config) }
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
  const input = {
    client_name: required(values, 'name'),
    ...(redirects.length > 0 && { redirect_uris: redirects }),
    ...(afterLogout.length > 0 && { post_logout_redirect_uris: afterLogout }),
    ...(grants.length > 0 && { grant_types: grants }),
    ...(method !== undefined && { token_endpoint_auth_method: method }),
    ...(scope !== undefined && { scope }),
    ...(algorithm !== undefined && { id_token_signed_response_alg: algorithm }),
    ...(values['first-party'] === true && { require_consent: false }),
  }
  if (Check(ClientInput, input)) return input
  const [error] = Errors(ClientInput, input)
  throw new UsageError(`${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`)
}
