// An API in Fastify: GET /documents/:id for who may read that document.
import fastify from 'fastify'
import { challenge, createCardea, Unauthenticated } from '../node/cardea.js'

const {
  ISSUER: issuer,
  CLIENT_ID: clientId,
  CLIENT_SECRET: clientSecret,
  PORT = '3002',
} = process.env
const home = process.env.HOME_URL ?? `http://localhost:${PORT}`
const cardea = createCardea({ issuer, clientId, clientSecret })
const app = fastify()

app.get('/.well-known/oauth-protected-resource', () => cardea.describe(home))

/** Lets through who may do this to the thing that the path names, before the body is read. */
function requires(action, type) {
  return async (request, reply) => {
    request.caller = await cardea.authenticate(request.headers.authorization)
    const resource = { type, id: request.params.id }
    if (await cardea.allows(request.caller, action, resource)) return
    reply.header('www-authenticate', challenge(home, 'insufficient_scope'))
    return reply.code(403).send({ error: 'forbidden' })
  }
}

app.decorateRequest('caller', null)
app.get('/documents/:id', { onRequest: requires('read', 'document') }, (request) => ({
  id: request.params.id,
  reader: request.caller.sub,
}))

app.setErrorHandler((error, request, reply) => {
  if (!(error instanceof Unauthenticated)) {
    console.error(error)
    return reply.code(503).send({ error: 'unavailable' })
  }
  const why = request.headers.authorization === undefined ? undefined : 'invalid_token'
  reply.header('www-authenticate', challenge(home, why))
  return reply.code(401).send({ error: 'unauthenticated' })
})

await app.listen({ port: Number(PORT), host: 'localhost' })
console.log(`listening on ${home}`)
