import type { Random } from '../base/index.ts'
import { randomToken, sameText, sha256 } from '../base/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Flow, FlowStart } from './flow.ts'

type Needs = {
  readonly kv: Kv
  readonly random: Random
  /** Seconds until a journey is forgotten. */
  readonly flowLifetime: number
}

const key = (id: string) => `flow:${id}`
const digestOf = (browser: string) => sha256(browser).toString('base64url')

export async function beginFlow(needs: Needs, browser: string, start: FlowStart): Promise<Flow> {
  const id = randomToken(needs.random, 16)
  const flow: Flow = { ...start, id, browser: digestOf(browser) }
  await needs.kv.set(key(id), JSON.stringify(flow), needs.flowLifetime)
  return flow
}

/** The flow with this id, if it began in this browser; undefined otherwise. */
export async function readFlow(
  needs: Pick<Needs, 'kv'>,
  id: unknown,
  browser: string,
): Promise<Flow | undefined> {
  if (typeof id !== 'string' || !/^[\w-]{22}$/.test(id)) return undefined
  const text = await needs.kv.get(key(id))
  if (text === undefined) return undefined
  const flow: Flow = JSON.parse(text)
  return sameText(flow.browser, digestOf(browser)) ? flow : undefined
}

/** Writes a flow back after a step was passed. */
export async function saveFlow(needs: Omit<Needs, 'random'>, flow: Flow): Promise<void> {
  await needs.kv.set(key(flow.id), JSON.stringify(flow), needs.flowLifetime)
}

/** Seconds. Long enough for a double click or a reload to end where the first click did. */
const settledLifetime = 60

/** A flow that has led to an answer is forgotten soon. */
export async function settleFlow(needs: Pick<Needs, 'kv'>, flow: Flow): Promise<void> {
  await needs.kv.set(key(flow.id), JSON.stringify(flow), settledLifetime)
}
