import { questions } from '../users-questions.ts'
import type { Times } from './timing.ts'
import { timed } from './timing.ts'

const rounds = 40

type Answer = { readonly items: readonly unknown[]; readonly next: string | null }
type Row = readonly [what: string, times: Times]

/** Lists of the console besides that of the users. */
const others: readonly (readonly [what: string, path: string])[] = [
  ['audit log, the youngest', 'audit?limit=50'],
  ['audit log, failed sign-ins', 'audit?limit=50&action=session.create&outcome=refused'],
  ['assignments', 'assignments?limit=50'],
  ['API keys', 'api-keys?limit=50'],
  ['groups', 'groups?limit=50'],
  ['roles', 'roles?limit=50'],
  ['clients', 'clients?limit=50'],
  ['security events', 'security-events?limit=50'],
  ['dashboard', 'dashboard?days=30'],
]

/** Every list with its filters, one request after the other. */
export async function measureLists(url: string, token: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [what, query, pages = 0] of questions) {
    const path = await pageOf(url, token, { query, pages })
    rows.push([`users: ${what}`, await measure(url, token, path)])
  }
  for (const [what, path] of others) rows.push([what, await measure(url, token, path)])
  return rows
}

async function measure(url: string, token: string, path: string): Promise<Times> {
  await ask(url, token, path)
  return timed(rounds, () => ask(url, token, path))
}

type Wanted = { readonly query: string; readonly pages: number }

/** Turns so many pages, as a person would. */
async function pageOf(url: string, token: string, { query, pages }: Wanted): Promise<string> {
  let path = `users?${query}`
  for (let page = 0; page < pages; page += 1) {
    const { next } = await ask(url, token, path)
    if (next === null) break
    path = `users?${query}&after=${next}`
  }
  return path
}

async function ask(url: string, token: string, path: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/api/v1/admin/${path}`, { headers })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Answer
}
