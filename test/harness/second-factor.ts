import assert from 'node:assert/strict'
import { roleNames } from '../../src/access/index.ts'
import type { Policy } from '../../src/mfa/index.ts'
import { changePolicy, defaultPolicy } from '../../src/mfa/index.ts'
import type { Browser, Visit } from './browser.ts'
import { decode, hiddenFields } from './browser.ts'
import type { TestAuthenticator } from './mfa.ts'
import { enrolTotp, mfaCore, subjectOf } from './mfa.ts'
import type { TestServer, TestUser } from './server.ts'
import { firefox } from './signed-in.ts'

/** Replaces parts of the policy of the installation, at once for the running server. */
export async function setPolicy(server: TestServer, changes: Partial<Policy>): Promise<void> {
  const { app } = server
  const policy = { ...defaultPolicy, ...changes }
  const roles = await roleNames(app.db)
  const needs = { ...mfaCore(server), policy: app.mfaPolicy }
  await changePolicy(needs, { policy, basedOn: 'any', actor: 'system', roles })
}

/** An authenticator app for somebody, as if it had been set up in an earlier journey. */
export function giveTotp(server: TestServer, user: TestUser): Promise<TestAuthenticator> {
  return enrolTotp(mfaCore(server), subjectOf(user))
}

/** Posts one form of a page, found by the path it goes to, with the hidden fields of that form. */
export async function post(
  browser: Browser,
  page: Visit,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Visit> {
  const forms = [...page.body.matchAll(/<form[\s\S]*?<\/form>/g)].map(([form]) => form)
  const form = forms.find((one) => pathOf(one) === path)
  assert.ok(form, `no form to ${path} on ${page.url}: ${page.status}`)
  return browser.submit({ ...page, body: form }, fields)
}

function pathOf(form: string): string {
  const action = decode(/\saction="([^"]*)"/.exec(form)?.[1] ?? '')
  return action.split('?')[0] ?? ''
}

/** Types the password, as Firefox on Linux, and follows to the page that comes then. */
export async function typePassword(
  browser: Browser,
  { username: identifier, password }: TestUser,
  { at = '/login', remember = false, password: typed = password } = {},
): Promise<Visit> {
  const page = await browser.open(at)
  const fields = { ...hiddenFields(page.body), identifier, password: typed }
  const body = new URLSearchParams({ ...fields, ...(remember && { remember: 'yes' }) })
  const headers = { 'user-agent': firefox }
  const answer = await browser.fetch('/login', { method: 'POST', body, headers })
  const location = answer.headers.get('location')
  assert.ok(location, `the password led nowhere: ${answer.status}`)
  return browser.open(location)
}

/** The id of the waiting sign-in that a page is about. */
export function waitingOf(page: Visit): string {
  const { signin } = hiddenFields(page.body)
  assert.ok(signin, `no sign-in waits on ${page.url}`)
  return signin
}
