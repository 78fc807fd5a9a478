/** A Fastify that answers a form with a little JSON and does nothing else: `node http-server.ts <port>`. */
import formBody from '@fastify/formbody'
import fastify from 'fastify'

const server = fastify({ logger: false })
await server.register(formBody)
const response = {
  200: {
    type: 'object',
    properties: {
      access_token: { type: 'string' },
      token_type: { type: 'string' },
      expires_in: { type: 'integer' },
    },
  },
}
// As long as a token is.
const answer = { access_token: 'x'.repeat(500), token_type: 'Bearer', expires_in: 600 }
server.post('/token', { schema: { response } }, async () => answer)
await server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
process.once('SIGTERM', () => process.exit(0))
