import assert from 'node:assert/strict'
import { X509Certificate, createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { JWK } from 'jose'
import { decodeJwt } from 'jose'
import type { ClientInput } from '../../src/clients/index.ts'
import { makeCertificate } from '../harness/certificate.ts'
import { runProcess } from '../harness/command.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import type { Issued } from '../harness/issued-certificate.ts'
import { clientAuth, issueCertificate, serverAuth } from '../harness/issued-certificate.ts'
import type { Fields } from '../harness/oauth.ts'
import { basic, introspect, obtainCode } from '../harness/oauth.ts'
import type { RawAnswer } from '../harness/raw-request.ts'
import { rawRequest } from '../harness/raw-request.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const authority = issueCertificate({ subject: [[['CN', 'Clients']]], isAuthority: true })
const stranger = issueCertificate({ subject: [[['CN', 'Clients']]], isAuthority: true })
const machine = issued({ dns: 'machine.example' })
const own = makeCertificate()
const folder = mkdtempSync(join(tmpdir(), 'cardea-tls-'))
/** TLS of its own. */
let server: TestServer
/** Behind a proxy, which is this test. */
let proxied: TestServer
/** Registered there. */
let atProxy: TestClient

before(async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const authorities = file('clients.pem', authority.cert)
  server = await testServer({
    env: {
      CARDEA_HTTP_TLS_CERT_FILE: file('cert.pem', own.cert),
      CARDEA_HTTP_TLS_KEY_FILE: file('key.pem', own.key),
      CARDEA_HTTP_TLS_CLIENT_CERTIFICATES: 'request',
      CARDEA_HTTP_TRUSTED_PROXIES: '192.0.2.1',
      CARDEA_PROTOCOL_CERTIFICATE_HEADER: 'x-client-cert',
      CARDEA_PROTOCOL_CLIENT_CERTIFICATE_CA_FILE: authorities,
    },
  })
  proxied = await testServer({
    env: {
      CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.0/8,::1',
      CARDEA_PROTOCOL_CERTIFICATE_HEADER: 'X-Client-Cert',
      CARDEA_PROTOCOL_CLIENT_CERTIFICATE_CA_FILE: authorities,
      CARDEA_PROTOCOL_MUTUAL_TLS_URL: 'https://mtls.example.com',
    },
  })
  atProxy = await register({ tls_client_auth_san_dns: 'machine.example' }, proxied)
})
after(async () => {
  await Promise.all([server?.close(), proxied?.close()])
  rmSync(folder, { recursive: true })
})

type Wish = Partial<Parameters<typeof issueCertificate>[0]>

function issued(names: NonNullable<Wish['names']>, wish: Wish = {}): Issued {
  const subject = [[['C', 'DE']], [['O', 'Exämple, Inc']], [['CN', 'machine']]] as const
  return issueCertificate({ issuer: authority, uses: [clientAuth], subject, names, ...wish })
}

const thumbprint = ({ raw }: Issued) => createHash('sha256').update(raw).digest('base64url')
const publicJwk = ({ raw }: Issued): JWK =>
  JSON.parse(JSON.stringify(new X509Certificate(raw).publicKey.export({ format: 'jwk' })))

const register = (input: Partial<ClientInput>, at = server) =>
  at.client({
    token_endpoint_auth_method: 'tls_client_auth',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scope: 'read',
    ...input,
  })

/** A token of the server with TLS, over a connection with this certificate. */
const ask = (client: TestClient, shown: Issued | undefined, headers = {}): Promise<RawAnswer> =>
  rawRequest(`${server.url}/oauth/token`, {
    headers,
    fields: { grant_type: 'client_credentials', client_id: client.id },
    tls: { ca: own.cert, ...(shown && { cert: shown.cert, key: shown.key }) },
  })

/** RFC 9440 section 2.1. */
const inDer = ({ raw }: Issued) => `:${raw.toString('base64')}:`
/** As nginx and Envoy write it. */
const inPem = ({ cert }: Issued) => encodeURIComponent(cert)

const askProxied = (client: TestClient, header: string | string[] | undefined) =>
  rawRequest(`${proxied.url}/oauth/token`, {
    headers: header === undefined ? {} : { 'x-client-cert': header },
    fields: { grant_type: 'client_credentials', client_id: client.id },
  })

function assertRefused({ status, body }: RawAnswer, why: string) {
  assert.deepEqual([status, body.error], [401, 'invalid_client'], why)
}

test('§2.1: a certificate of an authority for clients proves who has the registered name', async () => {
  const shown = issued({
    dns: 'Machine.example',
    uri: 'spiffe://example/machine, DNS:other.example',
    ip: '2001:db8:0:0:0:0:0:7',
    email: 'Machine@Example.com',
  })
  for (const [member, right, wrong] of [
    ['tls_client_auth_subject_dn', 'CN=machine, O=Exämple\\2c Inc, C=DE', 'CN=machine,C=DE'],
    ['tls_client_auth_san_dns', 'machine.EXAMPLE', 'other.example'],
    ['tls_client_auth_san_uri', 'spiffe://example/machine, DNS:other.example', 'spiffe://example'],
    ['tls_client_auth_san_ip', '2001:DB8::7', '2001:db8::8'],
    ['tls_client_auth_san_email', 'Machine@example.com', 'machine@example.com'],
  ] as const) {
    const good = await ask(await register({ [member]: right }), shown)
    assert.deepEqual([good.status, good.body.token_type], [200, 'Bearer'], member)
    assertRefused(await ask(await register({ [member]: wrong }), shown), member)
  }
})

test('§2.1: no certificate, one of another authority, for servers, or past its time proves nothing', async () => {
  const client = await register({ tls_client_auth_san_dns: 'machine.example' })
  const names = { dns: 'machine.example' }
  assert.equal((await ask(client, machine)).status, 200)
  const yesterday = new Date(Date.now() - 86_400_000)
  for (const [why, shown] of Object.entries({
    none: undefined,
    'of another authority with the same name': issued(names, { issuer: stranger }),
    'for servers': issued(names, { uses: [serverAuth] }),
    expired: issued(names, { from: yesterday, to: new Date(Date.now() - 60_000) }),
    'not yet good': issued(names, { from: new Date(Date.now() + 3_600_000) }),
  })) {
    assertRefused(await ask(client, shown), why)
    assertRefused(await askProxied(atProxy, shown && inDer(shown)), `${why}, by the proxy`)
  }
  const secret = await server.client({ grant_types: ['client_credentials'] })
  assertRefused(await ask(secret, machine), 'the method of another client')
})

test('§2.2: a certificate that signed itself proves who has registered its key', async () => {
  const self = issueCertificate({ subject: [[['CN', 'self']]] })
  const other = issueCertificate({ subject: [[['CN', 'self']]] })
  const raw = self.raw.toString('base64')
  const method = { token_endpoint_auth_method: 'self_signed_tls_client_auth' } as const
  for (const [why, key] of Object.entries({
    'its key': publicJwk(self),
    'the certificate': { ...publicJwk(self), x5c: [raw] },
    'its thumbprint': { ...publicJwk(self), 'x5t#S256': thumbprint(self) },
  })) {
    const client = await register({ ...method, jwks: { keys: [publicJwk(other), key] } })
    assert.equal((await ask(client, self)).status, 200, why)
    assertRefused(await ask(client, machine), `${why}: another certificate`)
    assertRefused(await ask(client, undefined), `${why}: none`)
  }
  const renewed = { ...publicJwk(self), x5c: [other.raw.toString('base64')] }
  const strict = await register({ ...method, jwks: { keys: [renewed] } })
  assertRefused(await ask(strict, self), 'the certificate itself is registered, and it is another')
})

test('RFC 9440 §2.1: a trusted proxy passes the certificate on, in one of two forms', async () => {
  const client = atProxy
  for (const header of [inDer(machine), inPem(machine)]) {
    assert.equal((await askProxied(client, header)).status, 200, header.slice(0, 30))
  }
  for (const [why, header] of Object.entries({
    none: undefined,
    empty: '',
    'two headers': [inDer(machine), inDer(machine)],
    'two certificates': inPem(machine) + inPem(machine),
    'no base64': ':%:',
    'bare base64': machine.raw.toString('base64'),
    garbage: `:${Buffer.from('x').toString('base64')}:`,
    'broken encoding': '%',
  })) {
    assertRefused(await askProxied(client, header), why)
  }
})

test('FAPI 2.0 §5.4.1: RSA keys below 2048 bits and curves below 224 prove nothing', async () => {
  const strong = generateKeyPairSync('rsa', { modulusLength: 2048 })
  for (const [why, keys] of Object.entries({
    'RSA of 1024 bits': generateKeyPairSync('rsa', { modulusLength: 1024 }),
    'P-192': generateKeyPairSync('ec', { namedCurve: 'prime192v1' }),
  })) {
    const shown = issued({ dns: 'machine.example' }, { keys })
    assertRefused(await askProxied(atProxy, inDer(shown)), why)
  }
  const shown = issued({ dns: 'machine.example' }, { keys: strong })
  assert.equal((await askProxied(atProxy, inDer(shown))).status, 200)
})

test('§6.5: what is no trusted proxy names no certificate', async () => {
  const client = await register({ tls_client_auth_san_dns: 'machine.example' })
  assertRefused(await ask(client, undefined, { 'x-client-cert': inDer(machine) }), 'a header')
  const other = issued({ dns: 'other.example' })
  const both = await ask(client, machine, { 'x-client-cert': inDer(other) })
  assert.equal(both.status, 200, 'the certificate of the connection counts')
})

test('§3, §3.4: who is registered for it gets tokens for the certificate, and for nothing else', async () => {
  const bound = { tls_client_certificate_bound_access_tokens: true }
  const client = await register({ tls_client_auth_san_dns: 'machine.example', ...bound })
  const { status, body } = await ask(client, machine)
  assert.deepEqual([status, body.token_type], [200, 'Bearer'])
  const cnf = { 'x5t#S256': thumbprint(machine) }
  assert.deepEqual(decodeJwt(String(body.access_token)).cnf, cnf)

  const secret = await proxied.client({ grant_types: ['client_credentials'], ...bound })
  const send = (headers: Record<string, string>) =>
    rawRequest(`${proxied.url}/oauth/token`, {
      headers: { ...basic(secret), ...headers },
      fields: { grant_type: 'client_credentials' },
    })
  const without = await send({})
  assert.deepEqual([without.status, without.body.error], [400, 'invalid_request'])
  const self = issueCertificate({ subject: [[['CN', 'self']]] })
  const given = await send({ 'x-client-cert': inDer(self) })
  const told = await introspect(proxied, secret, given.body.access_token)
  assert.deepEqual([told.active, told.cnf], [true, { 'x5t#S256': thumbprint(self) }], '§3.2')
})

test('§3, §4: a public client uses and renews its tokens with its certificate only', async () => {
  const client = await proxied.client({
    token_endpoint_auth_method: 'none',
    tls_client_certificate_bound_access_tokens: true,
  })
  const self = issueCertificate({ subject: [[['CN', 'device']]] })
  const other = issueCertificate({ subject: [[['CN', 'device']]] })
  const user = await proxied.user()
  const { code, proof: pkce } = await obtainCode(proxied, client, user)
  const send = (fields: Fields, shown: Issued) =>
    rawRequest(`${proxied.url}/oauth/token`, {
      headers: { 'x-client-cert': inDer(shown) },
      fields: { client_id: client.id, ...fields },
    })
  const redemption = { code, code_verifier: pkce.verifier, redirect_uri: callback }
  const first = await send({ grant_type: 'authorization_code', ...redemption }, self)
  assert.equal(first.status, 200)
  const refresh = {
    grant_type: 'refresh_token',
    refresh_token: String(first.body.refresh_token),
  }
  const stolen = await send(refresh, other)
  assert.deepEqual([stolen.status, stolen.body.error], [400, 'invalid_grant'])
  const renewed = await send(refresh, self)
  assert.equal(renewed.status, 200)

  const authorization = `Bearer ${String(renewed.body.access_token)}`
  const use = (shown: Issued | undefined) =>
    rawRequest(`${proxied.url}/oauth/userinfo`, {
      method: 'GET',
      headers: { authorization, ...(shown && { 'x-client-cert': inDer(shown) }) },
    })
  assert.deepEqual((await use(self)).body.sub, user.id)
  for (const shown of [undefined, other]) {
    const { status, body } = await use(shown)
    assert.deepEqual([status, body.error], [401, 'invalid_token'])
  }
})

test('§5: a proof of possession may name the other address of the server', async () => {
  const client = await proxied.client({ grant_types: ['client_credentials'] })
  const key = await proofKey()
  const ask = async (htu: string) =>
    rawRequest(`${proxied.url}/oauth/token`, {
      headers: { ...basic(client), dpop: await proof(key, { htu }) },
      fields: { grant_type: 'client_credentials' },
    })
  const { status, body } = await ask('https://mtls.example.com/oauth/token')
  assert.deepEqual([status, body.token_type], [200, 'DPoP'])
  assert.equal((await ask('https://tls.example.com/oauth/token')).status, 400)
})

test('§2.1.1, §3.3, §5: the metadata tells of certificates only where they can arrive', async () => {
  const read = async (url: string, tls?: { ca: string }) =>
    (
      await rawRequest(`${url}/.well-known/oauth-authorization-server`, {
        method: 'GET',
        ...(tls && { tls }),
      })
    ).body
  const methods = (metadata: Record<string, unknown>) => [
    metadata.token_endpoint_auth_methods_supported,
    metadata.tls_client_certificate_bound_access_tokens,
  ]
  const always = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']
  const all = [...always, 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']
  const tls = await read(server.url, { ca: own.cert })
  assert.deepEqual(methods(tls), [[...all, 'none'], true])
  assert.equal(tls.mtls_endpoint_aliases, undefined)
  assert.match(String(tls.issuer), /^https:/)
  const behind = await read(proxied.url)
  const aliases = behind.mtls_endpoint_aliases as Record<string, string>
  assert.equal(behind.token_endpoint, `${proxied.url}/oauth/token`)
  for (const name of ['token', 'userinfo', 'introspection', 'revocation']) {
    const url = String(behind[`${name}_endpoint`])
    const path = url.slice(proxied.url.length)
    assert.equal(aliases[`${name}_endpoint`], `https://mtls.example.com${path}`)
  }
  assert.equal(aliases.authorization_endpoint, undefined)
})

test('RFC 9325 §3.1.1, §4.2: our own TLS speaks nothing older than 1.2 and no weak cipher', async () => {
  const url = `${server.url}/health/live`
  const attempt = (tls: object) =>
    rawRequest(url, { method: 'GET', tls: { ca: own.cert, ...tls } }).then(
      ({ status }) => status,
      () => 'refused',
    )
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  const only = { maxVersion: 'TLSv1.2' }
  assert.equal(await attempt({}), 200)
  assert.equal(await attempt(old), 'refused')
  assert.equal(await attempt({ ...only, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }), 200)
  for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'PSK']) {
    assert.equal(await attempt({ ...only, ciphers }), 'refused', ciphers)
  }
  assert.equal(await attempt({ ca: undefined }), 'refused', 'and shows the certificate of the file')
})

test('the health check asks a server that has TLS of its own by TLS', async () => {
  const { code, output } = await runProcess(server.databaseUrl, ['healthcheck'], {
    CARDEA_PUBLIC_URL: server.url,
    CARDEA_HTTP_PORT: new URL(server.url).port,
    CARDEA_HTTP_TLS_CERT_FILE: join(folder, 'cert.pem'),
    CARDEA_HTTP_TLS_KEY_FILE: join(folder, 'key.pem'),
  })
  assert.equal(output, 'ready\n')
  assert.equal(code, 0)
})
