import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import type { Profile, VerifyCallback } from 'passport-openidconnect'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { prepareApache, withoutApache } from '../harness/apache.ts'
import { createVisitor, locationOf, signInAt } from '../harness/relying-party.ts'
import { testServer } from '../harness/server.ts'

/** Applications that people have today, with the libraries and modules that these are built with. */
const server = await testServer()
after(() => server.close())
const user = await server.user()

test('passport-openidconnect: an Express application signs a person in', async () => {
  const app = express()
  const site = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => site.once('listening', resolve))
  const home = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  try {
    const client = await server.client({
      redirect_uris: [`${home}/callback`],
      token_endpoint_auth_method: 'client_secret_post',
      require_pkce: false, // the strategy knows none
    })
    const endpoints = {
      issuer: server.url,
      authorizationURL: `${server.url}/oauth/authorize`,
      tokenURL: `${server.url}/oauth/token`,
      userInfoURL: `${server.url}/oauth/userinfo`,
    }
    const strategy = new OpenIDConnectStrategy(
      {
        ...endpoints,
        clientID: client.id,
        clientSecret: client.secret,
        callbackURL: `${home}/callback`,
        scope: ['profile', 'email'],
        skipUserProfile: false,
      },
      (_issuer: string, profile: Profile, done: VerifyCallback) => done(null, { ...profile }),
    )
    passport.use('cardea', strategy)
    passport.serializeUser((person, done) => done(null, person))
    passport.deserializeUser((person: Express.User, done) => done(null, person))
    app.use(session({ secret: 'of a test', resave: false, saveUninitialized: false }))
    app.use(passport.session())
    app.get('/login', passport.authenticate('cardea'))
    app.get('/callback', passport.authenticate('cardea', { successRedirect: '/me' }))
    app.get('/me', (request, response) => {
      response.json(request.user)
    })
    const answer = await signInAt(server, user, createVisitor(), `${home}/login`)
    const text = await answer.text()
    assert.equal(answer.status, 200, text)
    const person = JSON.parse(text) as { id: string; emails: { value: string }[] }
    assert.equal(person.id, user.id)
    assert.equal(person.emails[0]?.value, user.email)
  } finally {
    site.close()
    site.closeAllConnections()
  }
})

test('mod_auth_openidc: a page of Apache is shown to who signed in, and not any more after signing out', {
  skip: withoutApache,
}, async () => {
  const apache = await prepareApache()
  try {
    const redirect = `${apache.url}/secure/callback`
    const client = await server.client({
      redirect_uris: [redirect],
      post_logout_redirect_uris: [`${apache.url}/`],
      scope: 'openid email profile',
    })
    await apache.start([
      `OIDCProviderMetadataURL ${server.url}/.well-known/openid-configuration`,
      `OIDCClientID ${client.id}`,
      `OIDCClientSecret ${client.secret}`,
      `OIDCRedirectURI ${redirect}`,
      'OIDCCryptoPassphrase of-a-test',
      'OIDCPKCEMethod S256',
      'OIDCScope "openid email profile"',
      'OIDCRemoteUserClaim email',
      // By default it asks only what navigates to sign in, which fetch does not.
      'OIDCUnAuthAction auth true',
    ])
    const visitor = createVisitor()
    const answer = await signInAt(server, user, visitor, `${apache.url}/secure/`)
    assert.equal(answer.status, 200, await answer.clone().text())
    assert.equal(await answer.text(), 'the secured page')
    assert.equal(answer.headers.get('x-remote-user'), user.email)

    const out = `${redirect}?logout=${encodeURIComponent(`${apache.url}/`)}`
    const end = locationOf(await visitor.get(out))
    assert.match(end, new RegExp(`^${server.url}/oauth/logout`))
    assert.equal((await server.browser().open(end)).left?.origin, apache.url)
    const again = await visitor.get(`${apache.url}/secure/`)
    assert.equal(again.status, 302)
  } finally {
    await apache.close()
  }
})
