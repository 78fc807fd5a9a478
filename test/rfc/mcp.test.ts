import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type {
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import {
  auth,
  DpopSession,
  extractWWWAuthenticateParams,
  withDpop,
} from '@modelcontextprotocol/client'
import express from 'express'
import { createResourceServer } from '../../packages/resource-server/src/index.ts'
import { administrator } from '../harness/administrator.ts'
import { freePort } from '../harness/cardea-process.ts'
import { makeCertificate } from '../harness/certificate.ts'
import { passPages } from '../harness/oauth.ts'
import { testServer } from '../harness/server.ts'

/**
 * The authorization part of the Model Context Protocol (2026-07-28) with the SDK that agents are built with, and
 * with the public conformance tool.
 */
const documents = await documentHost()
const server = await testServer({
  env: {
    CARDEA_PROTOCOL_CLIENT_ID_METADATA: 'true',
    CARDEA_PROTOCOL_CLIENT_REGISTRATION: 'open',
    CARDEA_PROTOCOL_REGISTRATION_SCOPES: 'openid offline_access tools:read tools:call',
    CARDEA_PROTOCOL_OUTGOING_HOSTS: new URL(documents.url).host,
  },
})
const user = await server.user()
const owner = await administrator(server, 'owner')
const api = await mcpServer()
after(async () => {
  api.close()
  documents.close()
  await server.close()
})
const redirectUrl = 'http://127.0.0.1:33418/callback'

/** An API that stands for the MCP server: what matters here is who may in. */
async function mcpServer() {
  const app = express()
  const site = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => site.once('listening', resolve))
  const resource = `http://127.0.0.1:${(site.address() as AddressInfo).port}/mcp`
  const scopes = ['tools:read', 'tools:call']
  const guard = createResourceServer({ resource, issuer: server.url, scopes })
  app.use(guard.serveMetadata)
  app.get('/mcp', guard.guard({ scopes: ['tools:read'] }), (request, response) => {
    response.json({ sub: (request as unknown as { auth: { sub: string } }).auth.sub })
  })
  app.post('/mcp', guard.guard({ scopes: ['tools:call'] }), (_request, response) => {
    response.json({ called: true })
  })
  const { status, body } = await owner.send('POST /admin/resources', {
    identifier: resource,
    name: 'Tools',
    scopes: scopes.map((scope) => ({
      scope,
      name: `May ${scope}`,
    })),
  })
  assert.equal(status, 201, JSON.stringify(body))
  return {
    resource,
    close: () => {
      site.close()
      site.closeAllConnections()
    },
  }
}

/** Serves client metadata documents over TLS, as agents publish them. */
async function documentHost() {
  const { key, cert } = makeCertificate()
  setDefaultCACertificates([...getCACertificates('default'), cert])
  const host = createServer({ key, cert }, (request, response) => {
    const url = `https://${request.headers.host}${request.url}`
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        client_id: url,
        client_name: 'An agent',
        redirect_uris: [redirectUrl],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        scope: 'tools:read tools:call offline_access',
      }),
    )
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(host.address() as AddressInfo).port}`,
    close: () => host.close(),
  }
}

/** What an agent keeps, in memory. */
function provider(more: Partial<OAuthClientProvider> = {}) {
  const kept: {
    client?: StoredOAuthClientInformation
    tokens?: StoredOAuthTokens
    verifier?: string
    discovery?: OAuthDiscoveryState
    asked?: URL
  } = {}
  const self: OAuthClientProvider & { kept: typeof kept } = {
    kept,
    redirectUrl,
    clientMetadata: {
      client_name: 'An agent',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => kept.client,
    saveClientInformation: (information) => {
      kept.client = information
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens
    },
    redirectToAuthorization: (url) => {
      kept.asked = url
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier ?? '',
    saveDiscoveryState: (state) => {
      kept.discovery = state
    },
    discoveryState: () => kept.discovery,
    ...more,
  }
  return self
}

type Agent = ReturnType<typeof provider>

/** Meets the challenge of the API, signs in at the pages, and comes back with tokens. */
async function authorize(agent: Agent, challenge: Response): Promise<string> {
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(challenge)
  assert.ok(resourceMetadataUrl)
  const options = {
    serverUrl: api.resource,
    resourceMetadataUrl,
    ...(scope !== undefined && { scope }),
  }
  assert.equal(await auth(agent, options), 'REDIRECT')
  const asked = agent.kept.asked
  assert.equal(asked?.searchParams.get('resource'), api.resource)
  assert.equal(asked?.searchParams.get('code_challenge_method'), 'S256')
  const page = await passPages(server.browser(), asked?.href ?? '', user)
  const back = page.left
  assert.ok(back, page.body)
  const [authorizationCode, iss] = ['code', 'iss'].map((name) => back.searchParams.get(name) ?? '')
  assert.equal(iss, server.url) // RFC 9207
  assert.equal(
    await auth(agent, { ...options, authorizationCode: authorizationCode ?? '', iss: iss ?? '' }),
    'AUTHORIZED',
  )
  return agent.kept.tokens?.access_token ?? ''
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

for (const way of ['a client metadata document', 'registration'] as const) {
  test(`MCP authorization: an agent gets to the API by ${way}`, async () => {
    const clientMetadataUrl = `${documents.url}/agent.json`
    const agent = provider(way === 'registration' ? {} : { clientMetadataUrl })
    const refused = await fetch(api.resource)
    assert.equal(refused.status, 401)
    const token = await authorize(agent, refused)
    const expected = way === 'registration' ? /^c_/ : /^https:\/\/localhost/
    assert.match(agent.kept.client?.client_id ?? '', expected)
    const answer = await fetch(api.resource, bearer(token))
    assert.deepEqual(await answer.json(), { sub: user.id })
    // The token is for the API alone (RFC 8707).
    assert.equal((await fetch(`${server.url}/oauth/userinfo`, bearer(token))).status, 401)

    // RFC 6750 section 3.1: a part of the API needs more, and says what.
    const stepUp = await fetch(api.resource, { method: 'POST', ...bearer(token) })
    assert.equal(stepUp.status, 403)
    assert.equal(extractWWWAuthenticateParams(stepUp).scope, 'tools:call')
  })
}

test('MCP authorization: tokens are bound to the key of the agent where it has one (RFC 9449)', async () => {
  const session = await DpopSession.create()
  const agent = provider({ clientMetadataUrl: `${documents.url}/bound.json`, dpop: () => session })
  const token = await authorize(agent, await fetch(api.resource))
  assert.match(agent.kept.tokens?.token_type ?? '', /^dpop$/i)
  const bound = withDpop(session, () => token)(fetch)
  const headers = { authorization: `DPoP ${token}` }
  assert.equal((await bound(api.resource, { headers })).status, 200)
  const stolen = await fetch(api.resource, bearer(token))
  assert.equal(stolen.status, 401)
})

test('the conformance tool of MCP finds nothing to complain about', async () => {
  const port = await freePort()
  const client = await server.client({
    redirect_uris: [`http://127.0.0.1:${port}/callback`],
    token_endpoint_auth_method: 'none',
    scope: 'tools:read',
  })
  const tool = fileURLToPath(
    new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
  )
  const options = { url: server.url, 'client-id': client.id, resource: api.resource, port }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.execPath, [tool, 'authorization', ...args])
  let printed = ''
  let visited = false
  child.stderr.on('data', (chunk) => {
    printed += chunk
  })
  child.stdout.on('data', (chunk) => {
    printed += chunk
    const asked = /^http\S+\/oauth\/authorize\S+$/m.exec(printed)?.[0]
    if (asked === undefined || visited) return
    visited = true
    void visit(asked)
  })
  const visit = async (asked: string) => {
    const page = await passPages(server.browser(), asked, user)
    if (page.left === undefined) child.kill()
    else await fetch(page.left)
  }
  const code = await new Promise((resolve) => child.once('exit', resolve))
  assert.equal(code, 0, printed)
  assert.doesNotMatch(printed, /[1-9]\d* failed|warning|skipped/i)
  assert.match(printed, /authorization-code-grant: 1 passed/)
})
