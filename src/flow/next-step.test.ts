import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientId, SessionId, UserId } from '../base/index.ts'
import type { ConsentState } from '../clients/index.ts'
import type { Judgement } from '../mfa/index.ts'
import type { Session } from '../session/index.ts'
import type { Flow } from './flow.ts'
import type { Step } from './next-step.ts'
import { nextStep } from './next-step.ts'

const signedInAt = new Date(1_000_000)
const session: Session = {
  id: 'session' as SessionId,
  kind: 'browser',
  userId: 'user' as UserId,
  authTime: signedInAt,
  amr: ['pwd'],
  acr: 'urn:cardea:aal1',
  exemption: null,
  ipAddress: null,
  userAgent: null,
  remembered: true,
  impersonator: null,
  createdAt: signedInAt,
  lastSeenAt: signedInAt,
  expiresAt: new Date(2_000_000),
  endedAt: null,
}
const { clientId: _, ...noClient }: Flow = {
  id: 'f'.repeat(22),
  browser: 'digest',
  resume: '/oauth/authorize/resume',
  request: {},
  clientId: 'client' as ClientId,
  scopes: ['openid'],
  authenticatedSince: 0,
  forceConsent: false,
}
const flow: Flow = { ...noClient, clientId: 'client' as ClientId }
const fresh: ConsentState = { needed: true, covered: false }
const covered: ConsentState = { needed: true, covered: true }
const free: ConsentState = { needed: false, covered: false }

const allowedByUser = { answer: 'allowed', userId: session.userId } as const
const byAnother = { answer: 'allowed', userId: 'another' as UserId } as const

test('where a journey goes next', () => {
  const old = { ...flow, authenticatedSince: 1_000_001 }
  const choosing = { ...flow, chooseSince: 1_000_001 }
  const another = 'another' as SessionId
  const forced = { ...flow, forceConsent: true }
  const cases: [string, Flow, Session | undefined, ConsentState, Step][] = [
    ['nobody is signed in', flow, undefined, covered, 'password'],
    ['nobody is signed in, even without a client', noClient, undefined, free, 'password'],
    ['the sign-in is too old', old, session, covered, 'password'],
    ['too old, although allowed', { ...old, consent: allowedByUser }, session, covered, 'password'],
    ['just young enough', { ...flow, authenticatedSince: 1_000_000 }, session, covered, 'done'],
    ['an account is to be chosen', choosing, session, covered, 'choose'],
    [
      'before anything is proved anew',
      { ...old, chooseSince: 1_000_001 },
      session,
      covered,
      'choose',
    ],
    ['nobody is there to be chosen', choosing, undefined, covered, 'password'],
    ['chosen', { ...choosing, chosen: session.id }, session, covered, 'done'],
    ['chosen was another', { ...choosing, chosen: another }, session, covered, 'choose'],
    ['signed in for it', { ...flow, chooseSince: 1_000_000 }, session, covered, 'done'],
    ['consent is open', flow, session, fresh, 'consent'],
    ['consent was given before', flow, session, covered, 'done'],
    ['no consent is needed', flow, session, free, 'done'],
    ['consent is demanded again', forced, session, covered, 'consent'],
    ['demanded of a first-party client', forced, session, free, 'consent'],
    ['demanded and given', { ...forced, consent: allowedByUser }, session, covered, 'done'],
    [
      'denied',
      { ...flow, consent: { answer: 'denied', userId: session.userId } },
      session,
      fresh,
      'done',
    ],
    ['another person answered', { ...flow, consent: byAnother }, session, fresh, 'consent'],
    ['without a client', noClient, session, fresh, 'done'],
  ]
  for (const [why, one, who, allowed, step] of cases) {
    const outlook = { consent: allowed, judgement: { do: 'pass' }, fresh: true } as const
    assert.equal(nextStep(one, who, outlook), step, why)
  }
})

test('OIDC Core §5.5.1.1 and RFC 9470 §5: step-up asks for what is missing before it asks for consent', () => {
  const step = (judgement: Judgement, more: { fresh?: boolean; flow?: Flow } = {}) =>
    nextStep(more.flow ?? flow, session, { consent: fresh, judgement, fresh: more.fresh ?? true })
  assert.equal(step({ do: 'factor', kinds: ['totp'] }), 'factor')
  assert.equal(step({ do: 'enrol', kinds: ['totp'] }), 'enrol')
  assert.equal(step({ do: 'enrol', kinds: ['totp'] }, { fresh: false }), 'password')
  assert.equal(step({ do: 'refuse' }), 'refused')
  assert.equal(step({ do: 'factor', kinds: ['totp'] }, { flow: noClient }), 'done')
  const answered = { ...flow, consent: allowedByUser }
  assert.equal(step({ do: 'factor', kinds: ['totp'] }, { flow: answered }), 'factor')
  assert.equal(step({ do: 'pass' }, { flow: answered }), 'done')
})
