import { Type } from 'typebox'
import { ClientInput } from '../../clients/index.ts'
import type { Request, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { Told } from './answer.ts'
import { clientInformation } from './answer.ts'
import type { ManageNeeds, Manager } from './manage.ts'
import { readRegistration, removeRegistration, replaceRegistration } from './manage.ts'
import { readObject, withPlace } from './read-metadata.ts'
import { register } from './register.ts'

const tags = ['oauth']
const path = '/oauth/register'
const example = {
  client_name: 'Example App',
  redirect_uris: ['https://app.example.com/callback'],
  token_endpoint_auth_method: 'none',
}

const { client_name: name, ...members } = ClientInput.properties
const Metadata = Type.Object(
  { client_name: Type.Optional(name), ...members },
  {
    additionalProperties: true,
    title: 'ClientMetadata',
    description: 'RFC 7591 section 2; what is not known is ignored',
    examples: [example],
  },
)
const information = {
  client_id: Type.String(),
  client_id_issued_at: Type.Integer(),
  client_secret: Type.Optional(Type.String({ description: 'Shown once' })),
  client_secret_expires_at: Type.Optional(Type.Integer({ description: '0: never' })),
  registration_access_token: Type.String({ description: 'Replaced at each PUT' }),
  registration_client_uri: Type.String(),
}
const Information = Type.Object(information, {
  additionalProperties: true,
  title: 'ClientInformation',
  description: 'RFC 7591 section 3.2.1, with every member that the client is registered with',
})
const RegistrationError = Type.Object(
  {
    error: Type.String({ examples: ['invalid_redirect_uri'] }),
    error_description: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }), {
        description: 'Each member that is wrong (RFC 6901)',
      }),
    ),
  },
  { title: 'RegistrationError', description: 'RFC 7591 section 3.2.2' },
)
const errors = { 400: RegistrationError, 401: RegistrationError, 403: RegistrationError }
const Params = Type.Object({
  client_id: Type.String({ examples: ['c_Zk3rT0b5mR8sQ1x7vW2y4A'] }),
})

/** Clients register themselves (RFC 7591) and manage that (RFC 7592). */
export function registrationRoutes(surface: Surface, needs: ManageNeeds): void {
  // Metadata is judged by the endpoints, which speak the errors of RFC 7591.
  surface.setValidatorCompiler(() => () => true)
  const body = (told: Told) => clientInformation(needs, told)
  surface.post(
    path,
    {
      schema: {
        tags,
        operationId: 'registerClient',
        summary:
          'Register a client (RFC 7591); with an initial access token where one is asked for',
        description:
          'An initial access token is sent as a bearer token. Nobody is registered where registration is closed.',
        security: [],
        body: Metadata,
        response: { 201: Information, ...errors },
      },
    },
    async (request, reply) => {
      const raw = readObject(request.body)
      const asked = { raw, bearer: bearerOf(request), origin: originOf(request) }
      return reply.code(201).send(body(await telling(register(needs, asked))))
    },
  )
  managementRoutes(surface, needs)
}

/** RFC 7592: with the registration access token. */
function managementRoutes(surface: Surface, needs: ManageNeeds): void {
  const body = (told: Told) => clientInformation(needs, told)
  const security = [{ bearer: [] }]
  const one = { tags, security, params: Params }
  surface.get(
    `${path}/:client_id`,
    {
      schema: {
        ...one,
        operationId: 'readRegistration',
        summary: 'What the client is registered with (RFC 7592 section 2.1)',
        response: { 200: Information, ...errors },
      },
    },
    async (request) => body(await readRegistration(needs, managerOf(request))),
  )
  surface.put(
    `${path}/:client_id`,
    {
      schema: {
        ...one,
        operationId: 'replaceRegistration',
        summary: 'Replace all metadata (RFC 7592 section 2.2)',
        body: Metadata,
        response: { 200: Information, ...errors },
      },
    },
    async (request) => {
      const raw = readObject(request.body)
      return body(await telling(replaceRegistration(needs, managerOf(request), raw)))
    },
  )
  surface.delete(
    `${path}/:client_id`,
    {
      schema: {
        ...one,
        operationId: 'removeRegistration',
        summary: 'Remove the client with all that was given to it (RFC 7592 section 2.3)',
        response: { 204: Type.Null(), ...errors },
      },
    },
    async (request, reply) => {
      await removeRegistration(needs, managerOf(request))
      return reply.code(204).send(null)
    },
  )
}

function managerOf(request: Request): Manager {
  const { client_id: clientId = '' } = request.params as { client_id?: string }
  return { clientId, bearer: bearerOf(request), origin: originOf(request) }
}

function bearerOf({ headers: { authorization = '' } }: Request): string | undefined {
  return /^bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1]
}

async function telling<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw withPlace(error)
  })
}
