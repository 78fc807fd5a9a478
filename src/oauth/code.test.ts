import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ClientId, SessionId, UserId } from '../base/index.ts'
import { sha256 } from '../base/index.ts'
import type { CodeGrant, CodeRefusal, StoredCode } from './code.ts'
import { decideCode } from './code.ts'

const verifier = 'v'.repeat(43)
const challengeOf = (text: string) => sha256(text).toString('base64url')
const uri = 'https://app.example.com/cb'
const client = 'client' as ClientId
const now = new Date(Date.UTC(2030, 0, 1))

const grantData: CodeGrant = {
  redirectUri: uri,
  redirectUriSent: true,
  scopes: ['openid'],
  codeChallenge: challengeOf(verifier),
  nonce: undefined,
  claims: undefined,
  authTime: 0,
  sessionEnds: 9e15,
  amr: ['pwd'],
  acr: 'urn:cardea:aal1',
}
const stored: StoredCode = {
  digest: Buffer.alloc(32),
  clientId: client,
  userId: 'user' as UserId,
  sessionId: 'session' as SessionId,
  grantData,
  expiresAt: new Date(now.getTime() + 1),
  usedAt: null,
  familyId: null,
}
const presented = { clientId: client, redirectUri: uri as string | undefined, verifier, now }
type Presented = Omit<typeof presented, 'verifier'> & { verifier: string | undefined }

test('the table of refusals, worst first', () => {
  const used = { usedAt: now }
  const plain = { codeChallenge: undefined }
  const silent = { redirectUriSent: false }
  const foreign = { clientId: 'other' as ClientId }
  const cases: [
    string,
    Partial<StoredCode>,
    Partial<CodeGrant>,
    Partial<Presented>,
    CodeRefusal | undefined,
  ][] = [
    ['sound', {}, {}, {}, undefined],
    ['of another client', {}, {}, foreign, 'foreign'],
    ['used, of another client', used, {}, foreign, 'foreign'],
    ['used', used, {}, {}, 'replayed'],
    ['used and expired', { ...used, expiresAt: now }, {}, {}, 'replayed'],
    ['expired on the dot', { expiresAt: now }, {}, {}, 'expired'],
    ['without its redirect URI', {}, {}, { redirectUri: undefined }, 'redirect_uri'],
    ['with another redirect URI', {}, {}, { redirectUri: `${uri}/` }, 'redirect_uri'],
    ['never named, not sent', {}, silent, { redirectUri: undefined }, undefined],
    ['never named, sent right', {}, silent, {}, undefined],
    ['never named, sent wrong', {}, silent, { redirectUri: 'https://x.example' }, 'redirect_uri'],
    ['without a verifier', {}, {}, { verifier: undefined }, 'verifier_missing'],
    ['with another verifier', {}, {}, { verifier: 'w'.repeat(43) }, 'verifier_wrong'],
    ['with a verifier out of nowhere', {}, plain, {}, 'verifier_unexpected'],
    ['without PKCE', {}, plain, { verifier: undefined }, undefined],
  ]
  for (const [why, code, grant, part, expected] of cases) {
    const one = { ...stored, ...code, grantData: { ...grantData, ...grant } }
    assert.equal(decideCode(one, { ...presented, ...part }), expected, why)
  }
})

test('RFC 7636 §4.1: a verifier of a wrong form is refused even when its hash fits', () => {
  const bad = ['v'.repeat(42), 'v'.repeat(129), `${'v'.repeat(43)}!`, `${'v'.repeat(43)}\n`, '']
  for (const text of bad) {
    const one = { ...stored, grantData: { ...grantData, codeChallenge: challengeOf(text) } }
    assert.equal(decideCode(one, { ...presented, verifier: text }), 'verifier_wrong', text)
  }
})

test('only the verifier of the challenge is accepted', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9._~-]{43,128}$/)
  fc.assert(
    fc.property(text, text, (right, other) => {
      const one = { ...stored, grantData: { ...grantData, codeChallenge: challengeOf(right) } }
      assert.equal(decideCode(one, { ...presented, verifier: right }), undefined)
      const expected = other === right ? undefined : 'verifier_wrong'
      assert.equal(decideCode(one, { ...presented, verifier: other }), expected)
    }),
  )
})
