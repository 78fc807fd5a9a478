import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { originProblem, redirectUriMatches, redirectUriProblem } from './redirect-uri.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 60 })
const httpsUri = fc.webUrl({ validSchemes: ['https'], withQueryParameters: true })
const port = fc.integer({ min: 1, max: 65_535 })

test('matching is reflexive and symmetric, and neither function ever throws', () => {
  const text = fc.oneof(anyText, httpsUri, fc.webUrl({ validSchemes: ['http'] }))
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(redirectUriMatches(a, a), true)
      assert.equal(redirectUriMatches(a, b), redirectUriMatches(b, a))
      assert.ok(['string', 'undefined'].includes(typeof redirectUriProblem(a)))
    }),
  )
})

test('no mutation of a registered https URI matches it', () => {
  const mutation = fc.oneof(
    fc.constantFrom(
      (uri: string) => `${uri}/`,
      (uri: string) => `${uri}?`,
      (uri: string) => `${uri}&a=b`,
      (uri: string) => ` ${uri}`,
      (uri: string) => `${uri}\0`,
      (uri: string) => `${uri}#f`,
      (uri: string) => uri.replace('https', 'HTTPS'),
      (uri: string) => uri.replace('https://', 'https://user@'),
      (uri: string) => uri.replace('https://', 'https:///'),
      (uri: string) => uri.replace('https://', String.raw`https:\\`),
      (uri: string) => uri.replace('https', 'http'),
      (uri: string) => uri.slice(0, -1),
    ),
    fc.tuple(fc.nat(), fc.string({ minLength: 1, maxLength: 3 })).map(
      ([at, extra]) =>
        (uri: string) =>
          uri.slice(0, at % (uri.length + 1)) + extra + uri.slice(at % (uri.length + 1)),
    ),
  )
  fc.assert(
    fc.property(httpsUri, mutation, (uri, mutate) => {
      assert.equal(redirectUriMatches(uri, mutate(uri)), false)
    }),
  )
})

test('RFC 8252 §7.3: of a loopback address any port matches, and nothing else differs', () => {
  const host = fc.constantFrom('127.0.0.1', '[::1]')
  const path = fc.constantFrom('', '/', '/callback', '/a?b=c', '?x=1')
  fc.assert(
    fc.property(host, path, port, port, (name, rest, one, two) => {
      const uri = (n: number) => `http://${name}:${n}${rest}`
      assert.equal(redirectUriMatches(uri(one), uri(two)), true)
      assert.equal(redirectUriMatches(`http://${name}${rest}`, uri(two)), true)
      assert.equal(redirectUriMatches(uri(one), `${uri(two)}x`), false)
      assert.equal(redirectUriMatches(uri(one), uri(two).replace('http', 'https')), false)
    }),
  )
  const refused: [string, string][] = [
    ['http://127.0.0.1/cb', 'http://127.0.0.1:99999/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:0/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:080/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb'],
    ['http://127.0.0.1/cb', 'http://[::1]/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.2/cb'],
    ['http://127.0.0.1/cb', 'http://127.1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80@evil.example/cb'],
    ['http://127.0.0.1', 'http://127.0.0.1:80@evil.example'],
    ['http://127.0.0.1', 'http://127.0.0.1.evil.example'],
    ['http://localhost/cb', 'http://localhost:8080/cb'],
  ]
  for (const [known, asked] of refused) assert.equal(redirectUriMatches(known, asked), false, asked)
})

test('OAuth 2.1 §2.3.1: of localhost any port matches for native applications only', () => {
  const native = { native: true }
  const [known, asked] = ['http://localhost/cb', 'http://localhost:8080/cb']
  assert.equal(redirectUriMatches(known, asked, native), true)
  assert.equal(redirectUriMatches(known, asked), false)
  for (const other of ['http://127.0.0.1/cb', 'http://localhost:8080/', 'https://localhost/cb']) {
    assert.equal(redirectUriMatches(known, other, native), false, other)
  }
  assert.equal(
    redirectUriMatches('http://localhost', 'http://localhost.evil.example', native),
    false,
  )
})

test('redirectUriProblem tells what may be registered', () => {
  const fine = [
    'https://app.example.com/callback',
    'https://app.example.com:8443/cb?x=1',
    'http://127.0.0.1/cb',
    'http://[::1]:1234/cb',
    'http://localhost:3000/cb',
    'com.example.app:/callback',
    'com.example.app://callback',
  ]
  for (const uri of fine) assert.equal(redirectUriProblem(uri), undefined, uri)
  const refused = [
    '',
    '/callback',
    '//evil.example/cb',
    'app.example.com/cb',
    'http://app.example.com/cb',
    'http://127.0.0.2/cb',
    'https://app.example.com/cb#',
    'https://app.example.com/cb#f',
    'https://user@app.example.com/cb',
    'https://u:p@app.example.com/cb',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://app.example.com/x',
    'about:blank',
    'myapp:/cb',
    'ftp://app.example.com/',
    'https://app.example.com/a b',
    'https://app.example.com/\n',
    'https://app.example.com/\0',
    'https://app.example.com/\u00a0',
    'https://app.example.com/\ud800',
    'https://',
  ]
  for (const uri of refused) assert.equal(typeof redirectUriProblem(uri), 'string', uri)
})

test('an https URI without an authority is refused: a browser would read it as a path of ours', () => {
  for (const uri of ['https:evil.example/cb', 'https:/evil.example/cb', 'http:127.0.0.1/cb']) {
    assert.equal(typeof redirectUriProblem(uri), 'string', uri)
  }
  assert.equal(typeof redirectUriProblem(String.raw`https:\\evil.example\cb`), 'string')
})

test('RFC 6454 §6.1: an origin is registered as browsers write it, and must be safe', () => {
  const fine = [
    'https://app.example.com',
    'https://app.example.com:8443',
    'https://xn--bcher-kva.example',
    'http://localhost:5173',
    'http://127.0.0.1',
    'http://[::1]:3000',
  ]
  for (const origin of fine) assert.equal(originProblem(origin), undefined, origin)
  const refused = [
    '',
    '*',
    'null',
    'https://*.example.com/',
    'https://app.example.com/',
    'https://app.example.com:443',
    'https://app.example.com/path',
    'https://app.example.com?x',
    'https://app.example.com#x',
    'https://APP.example.com',
    'https://b\u00fccher.example',
    'https://user@app.example.com',
    ' https://app.example.com',
    'https://app.example.com\n',
    'http://app.example.com',
    'http://127.0.0.2',
    'com.example.app://callback',
    'file:///etc/passwd',
    'data:text/html,x',
    'app.example.com',
  ]
  for (const origin of refused) assert.equal(typeof originProblem(origin), 'string', origin)
})
