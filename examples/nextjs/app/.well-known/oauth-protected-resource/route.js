// RFC 9728: where callers get tokens for this API.
const home = process.env.HOME_URL ?? 'http://localhost:3000'

export function GET() {
  const { ISSUER: issuer } = process.env
  return Response.json({
    resource: home,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
  })
}
