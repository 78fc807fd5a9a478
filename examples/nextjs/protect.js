// Wraps the route handlers of Next.js, which take a Request and give a Response.
import { challenge, createCardea, Unauthenticated } from '../node/cardea.js'

const { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env
const home = process.env.HOME_URL ?? 'http://localhost:3000'
const cardea = createCardea({ issuer, clientId, clientSecret })

/** A handler for who may do this to the thing that the path names. */
export function protect(action, type, handler) {
  return async (request, context) => {
    const authorization = request.headers.get('authorization') ?? undefined
    try {
      const caller = await cardea.authenticate(authorization)
      const { id } = await context.params
      if (await cardea.allows(caller, action, { type, id })) {
        return handler(request, { ...context, caller })
      }
      return refusal(403, 'forbidden', 'insufficient_scope')
    } catch (error) {
      if (error instanceof Unauthenticated) {
        const why = authorization === undefined ? undefined : 'invalid_token'
        return refusal(401, 'unauthenticated', why)
      }
      console.error(error)
      return Response.json({ error: 'unavailable' }, { status: 503 })
    }
  }
}

function refusal(status, error, why) {
  const headers = { 'www-authenticate': challenge(home, why) }
  return Response.json({ error }, { status, headers })
}
