import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientId, SessionId, UserId } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { Judgement } from '../../mfa/index.ts'
import type { Session } from '../../session/index.ts'
import { decideAuthorization } from './decide.ts'
import { validateRedirect } from './redirect.ts'
import type { AuthorizationRequest, Prompt } from './request.ts'

const now = new Date(10_000_000)
const uri = 'https://app.example.com/cb'
const client: Client = {
  id: 'id',
  clientId: 'client' as ClientId,
  secretDigest: null,
  previousSecretDigest: null,
  previousSecretExpiresAt: null,
  sealedSecret: null,
  registeredBy: 'administrator',
  expiresAt: null,
  version: 1,
  name: 'App',
  isActive: true,
  metadata: {
    redirect_uris: [uri],
    post_logout_redirect_uris: [],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    scope: 'openid',
    id_token_signed_response_alg: 'RS256',
    require_pkce: true,
    require_consent: true,
  },
  createdAt: now,
  updatedAt: now,
}
const redirect = validateRedirect(client, {
  uri,
  mode: { carrier: 'query', jwt: false },
  state: undefined,
})
assert.ok(redirect)
const base: AuthorizationRequest = {
  client,
  responseType: 'code',
  redirect,
  redirectUriSent: true,
  scopes: ['openid'],
  codeChallenge: undefined,
  nonce: undefined,
  prompts: new Set(),
  maxAge: undefined,
  claims: undefined,
  acr: undefined,
  loginHint: undefined,
  subjects: undefined,
  resources: [],
  details: undefined,
  dpopJkt: undefined,
}
const sessionAt = (secondsAgo: number): Session => ({
  id: 'session' as SessionId,
  kind: 'browser',
  userId: 'user' as UserId,
  authTime: new Date(now.getTime() - secondsAgo * 1000),
  amr: ['pwd'],
  acr: 'urn:cardea:aal1',
  exemption: null,
  ipAddress: null,
  userAgent: null,
  remembered: true,
  impersonator: null,
  createdAt: now,
  lastSeenAt: now,
  expiresAt: new Date(20_000_000),
  endedAt: null,
})

const pass: Judgement = { do: 'pass' }
const consents = {
  covered: { consentNeeded: true, consentCovered: true },
  open: { consentNeeded: true, consentCovered: false },
  free: { consentNeeded: false, consentCovered: false },
}
type Consent = keyof typeof consents

function outcome(
  part: Partial<AuthorizationRequest>,
  session: Session | undefined,
  consent: Consent,
  judgement: Judgement = pass,
): string {
  const situation = { session, subject: session?.userId, now, judgement, ...consents[consent] }
  const decision = decideAuthorization({ ...base, ...part }, situation)
  return decision.do === 'refuse' ? decision.failure.kind.code : decision.do
}

test('OIDC Core 3.1.2: prompt x session x consent', () => {
  const none = undefined
  const some = sessionAt(60)
  const table: [Prompt[], Session | undefined, Consent, string][] = [
    [[], none, 'covered', 'interact'],
    [[], some, 'covered', 'issue'],
    [[], some, 'open', 'interact'],
    [[], some, 'free', 'issue'],
    [['none'], none, 'covered', 'login_required'],
    [['none'], none, 'open', 'login_required'],
    [['none'], some, 'covered', 'issue'],
    [['none'], some, 'open', 'consent_required'],
    [['none'], some, 'free', 'issue'],
    [['login'], none, 'covered', 'interact'],
    [['login'], some, 'covered', 'interact'],
    [['login'], some, 'free', 'interact'],
    [['select_account'], some, 'covered', 'interact'],
    [['select_account', 'login'], some, 'covered', 'interact'],
    [['create'], none, 'covered', 'interact'],
    [['create'], some, 'covered', 'interact'],
    [['consent'], none, 'covered', 'interact'],
    [['consent'], some, 'covered', 'interact'],
    [['consent'], some, 'free', 'interact'],
    [['login', 'consent'], some, 'covered', 'interact'],
  ]
  for (const [prompts, session, consent, expected] of table) {
    const why = `${prompts.join(' ') || '-'} ${session ? 'signed in' : 'nobody'} ${consent}`
    assert.equal(outcome({ prompts: new Set(prompts) }, session, consent), expected, why)
  }
})

test('max_age and the demanded subject', () => {
  const quiet = { prompts: new Set<Prompt>(['none']) }
  assert.equal(outcome({ maxAge: 60 }, sessionAt(60), 'covered'), 'issue')
  assert.equal(outcome({ maxAge: 59 }, sessionAt(60), 'covered'), 'interact')
  assert.equal(outcome({ ...quiet, maxAge: 59 }, sessionAt(60), 'covered'), 'login_required')
  assert.equal(outcome({ maxAge: 0 }, sessionAt(1), 'covered'), 'interact')
  assert.equal(outcome({ subjects: ['user'] }, sessionAt(1), 'covered'), 'issue')
  assert.equal(outcome({ subjects: ['other', 'user'] }, sessionAt(1), 'covered'), 'issue')
  assert.equal(outcome({ subjects: [] }, sessionAt(1), 'covered'), 'interact')
  assert.equal(outcome({ subjects: ['other'] }, sessionAt(1), 'covered'), 'interact')
  assert.equal(
    outcome({ ...quiet, subjects: ['other'] }, sessionAt(1), 'covered'),
    'login_required',
  )
})

test('the pages are told since when the person must have signed in', () => {
  const since = (part: Partial<AuthorizationRequest>) => {
    const situation = {
      session: undefined,
      subject: undefined,
      now,
      judgement: pass,
      ...consents.covered,
    }
    const decision = decideAuthorization({ ...base, ...part }, situation)
    return decision.do === 'interact' ? decision.authenticatedSince : undefined
  }
  assert.equal(since({}), 0)
  assert.equal(since({ prompts: new Set(['login']) }), now.getTime())
  assert.equal(since({ prompts: new Set(['create']) }), now.getTime())
  assert.equal(since({ prompts: new Set(['select_account']) }), 0)
  assert.equal(since({ maxAge: 10 }), now.getTime() - 10_000)
  assert.equal(since({ maxAge: 10, prompts: new Set(['login']) }), now.getTime())
})

test('OIDC Core §3.1.2.1: select_account asks who signed in before, and nobody who has to sign in anyway', () => {
  const choice = (part: Partial<AuthorizationRequest>) => {
    const session = sessionAt(60)
    const situation = {
      session,
      subject: session.userId,
      now,
      judgement: pass,
      ...consents.covered,
    }
    const decision = decideAuthorization({ ...base, ...part }, situation)
    return decision.do === 'interact' ? decision.chooseSince : undefined
  }
  assert.equal(choice({ prompts: new Set(['select_account']) }), now.getTime())
  assert.equal(choice({ prompts: new Set(['select_account', 'login']) }), now.getTime())
  assert.equal(choice({ prompts: new Set(['select_account', 'create']) }), undefined)
  const another = { prompts: new Set<Prompt>(['select_account']), subjects: ['other'] }
  assert.equal(choice(another), undefined)
})

test('OIDC Core §3.1.2.6: what is missing of the authentication, with and without pages', () => {
  const some = sessionAt(60)
  const quiet = { prompts: new Set<Prompt>(['none']) }
  const factor: Judgement = { do: 'factor', kinds: ['totp'] }
  const enrol: Judgement = { do: 'enrol', kinds: ['totp'] }
  const refuse: Judgement = { do: 'refuse' }
  const table: [Partial<AuthorizationRequest>, Session | undefined, Judgement, string][] = [
    [{}, some, factor, 'interact'],
    [{}, some, enrol, 'interact'],
    [{}, some, refuse, 'unmet_authentication_requirements'],
    [quiet, some, pass, 'issue'],
    [quiet, some, factor, 'interaction_required'],
    [quiet, some, enrol, 'interaction_required'],
    [quiet, some, refuse, 'unmet_authentication_requirements'],
    [quiet, undefined, pass, 'login_required'],
    [{ ...quiet, maxAge: 59 }, some, factor, 'login_required'],
  ]
  for (const [part, session, judgement, expected] of table) {
    assert.equal(outcome(part, session, 'covered', judgement), expected, judgement.do)
  }
})
