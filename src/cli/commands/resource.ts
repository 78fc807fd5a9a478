import { Check, Errors } from 'typebox/value'
import { secureRandom, systemClock } from '../../base/index.ts'
import { createResource, listResources, ResourceInput } from '../../oauth/index.ts'
import type { Command, Values } from '../command.ts'
import { required, text, texts, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { settings } from '../settings.ts'

const pageSize = 200
/** A server that runs beside it reads the table anew within a second. */
const resourceBook = { forget: () => {} }

export const resourceCreate: Command = {
  name: 'resource create',
  summary: 'register an API that tokens may be for (RFC 8707)',
  operand: { name: 'identifier', help: 'its address, the audience of tokens', required: true },
  options: {
    name: { type: 'string', help: 'name that people see' },
    scope: {
      type: 'string',
      multiple: true,
      help: 'as "invoices:read=See your invoices"; repeat for several',
    },
    format: { type: 'string', help: 'jwt (default) or opaque' },
    lifetime: { type: 'string', help: 'seconds that its tokens live' },
    'signing-alg': { type: 'string', help: 'ES256 (default), PS256, RS256, ...' },
    'require-binding': { type: 'boolean', help: 'only tokens bound to a key or a certificate' },
    'introspection-client': {
      type: 'string',
      multiple: true,
      help: 'client_id by which it asks about tokens',
    },
  },
  async run(values) {
    const input = resourceInput(values)
    const config = settings()
    const parts = { clock: systemClock, random: secureRandom, resourceBook }
    const { id } = await withDatabase(config, (db) =>
      createResource({ ...parts, db, issuer: config.publicUrl }, input, { actor: 'system' }),
    )
    console.log(`registered ${id}`)
    return 0
  },
}

function resourceInput(values: Values): ResourceInput {
  const lifetime = text(values, 'lifetime')
  const input = {
    identifier: text(values, 'identifier'),
    name: required(values, 'name'),
    scopes: texts(values, 'scope').map(scopeOf),
    access_token_format: text(values, 'format') ?? 'jwt',
    access_token_lifetime: lifetime === undefined ? null : Number(lifetime),
    access_token_signing_alg: text(values, 'signing-alg') ?? 'ES256',
    require_binding: values['require-binding'] === true,
    introspection_clients: texts(values, 'introspection-client'),
  }
  if (Check(ResourceInput, input)) return input
  const [error] = Errors(ResourceInput, input)
  throw new UsageError(`${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`)
}

function scopeOf(given: string) {
  const [scope = '', ...words] = given.split('=')
  return { scope, name: words.length === 0 ? scope : words.join('=') }
}

export const resourceList: Command = {
  name: 'resource list',
  summary: 'show the APIs that tokens may be for, the youngest first',
  options: {},
  async run() {
    await withDatabase(settings(), async (db) => {
      let after: string | undefined
      for (;;) {
        const page = await listResources(db, { after, limit: pageSize })
        for (const { identifier, format, name } of page) {
          console.log(`${format.padEnd(7)} ${identifier}  ${name}`)
        }
        after = page.at(-1)?.id
        if (after === undefined || page.length < pageSize) return
      }
    })
    return 0
  },
}
