/**
 * `npm run bench [-- --quick]`: Cardea with its embedded PostgreSQL (fsync on) against oidc-provider, which
 * keeps everything in its own memory. Both on this machine, in turns, driven by the same generator.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { childrenMib, residentMib } from './process-stats.ts'
import type { Results, ServerResult } from './results.ts'
import { duelResult, loginResult } from './results.ts'
import type { Measured, Plan } from './rounds.ts'
import { duel, fullPlan, loginShare, quickPlan } from './rounds.ts'
import { clientCredentials } from './scenarios/client-credentials.ts'
import { codeFlow } from './scenarios/code-flow.ts'
import { device } from './scenarios/device.ts'
import { introspection, opaqueIntrospection } from './scenarios/introspection.ts'
import { login } from './scenarios/login.ts'
import { pushedDpop } from './scenarios/pushed-dpop.ts'
import { refresh } from './scenarios/refresh.ts'
import { tokenExchange } from './scenarios/token-exchange.ts'
import { startCardeaTarget } from './server-cardea.ts'
import { startPeerTarget } from './server-peer.ts'
import { render } from './table.ts'

const scenarios = [
  clientCredentials,
  introspection,
  opaqueIntrospection,
  codeFlow,
  pushedDpop,
  refresh,
  device,
  tokenExchange,
]

const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values
const plan = quick ? quickPlan : fullPlan
console.log(`Node ${process.version}, ${availableParallelism()} cores, ${plan.rounds} rounds\n`)
const cardea = await startCardeaTarget()
try {
  const peer = await startPeerTarget()
  try {
    const results = await compare(cardea, peer, plan)
    console.log(`\n${render(results)}`)
    save(results)
  } finally {
    await peer.stop()
  }
} finally {
  await cardea.stop()
}

async function compare(cardea: Measured, peer: Measured, plan: Plan): Promise<Results> {
  const results = []
  for (const scenario of scenarios) {
    const result = duelResult(await duel(scenario, [cardea, peer], plan))
    const { ratio, cardea: own } = result
    const told = ratio ? `${ratio.median.toFixed(2)}x` : `${own.perSecond.toFixed(0)} per s, alone`
    console.log(`${result.name}: ${told}`)
    results.push(result)
  }
  const logins = loginResult(await loginShare(login, cardea, plan))
  return { scenarios: results, login: logins, servers: [cardea, peer].map(serverResult) }
}

function serverResult({ name, startMs, idle, pid }: Measured): ServerResult {
  const database = idle.database === undefined ? undefined : childrenMib(pid)
  return { name, startMs, idle, loaded: { server: residentMib(pid), database } }
}

function save(results: Results): void {
  const folder = fileURLToPath(new URL('results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const facts = { at: new Date().toISOString(), node: process.version, plan, ...results }
  writeFileSync(`${folder}latest.json`, `${JSON.stringify(facts, null, 2)}\n`)
}
