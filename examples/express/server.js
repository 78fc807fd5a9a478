// An API in Express: GET /documents/:id for who may read that document.
import express from 'express'
import { challenge, createCardea, Unauthenticated } from '../node/cardea.js'

const {
  ISSUER: issuer,
  CLIENT_ID: clientId,
  CLIENT_SECRET: clientSecret,
  PORT = '3001',
} = process.env
const home = process.env.HOME_URL ?? `http://localhost:${PORT}`
const cardea = createCardea({ issuer, clientId, clientSecret })
const app = express()

app.get('/.well-known/oauth-protected-resource', (_request, response) => {
  response.json(cardea.describe(home))
})

/** Lets through who may do this to the thing that the path names. */
function requires(action, type) {
  return async (request, response, next) => {
    request.caller = await cardea.authenticate(request.headers.authorization)
    const resource = { type, id: request.params.id }
    if (await cardea.allows(request.caller, action, resource)) return next()
    response.set('www-authenticate', challenge(home, 'insufficient_scope'))
    response.status(403).json({ error: 'forbidden' })
  }
}

app.get('/documents/:id', requires('read', 'document'), (request, response) => {
  response.json({ id: request.params.id, reader: request.caller.sub })
})

// Express knows an error handler by its four parameters.
app.use((error, request, response, _next) => {
  if (!(error instanceof Unauthenticated)) {
    console.error(error)
    return response.status(503).json({ error: 'unavailable' })
  }
  const why = request.headers.authorization === undefined ? undefined : 'invalid_token'
  response.set('www-authenticate', challenge(home, why))
  response.status(401).json({ error: 'unauthenticated' })
})

app.listen(Number(PORT), 'localhost', () => console.log(`listening on ${home}`))
