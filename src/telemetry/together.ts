import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { MetricObjectWithValues, MetricValue } from '@prometheus-io/client'
import { Counter, Gauge, Registry } from '@prometheus-io/client'

/** The measurements of several processes that are one server. */
export type Together = {
  /** Of those that could be asked. */
  readonly live: readonly string[]
  /** Of those that are gone: what they counted still counts, but not what they held. */
  readonly past: readonly string[]
  readonly workers: number
  readonly restarts: number
}

export type Rendering = {
  readonly contentType: string
  readonly body: string
  /** All of the past in one, where it was several. */
  readonly past: string | undefined
}

type Values = MetricObjectWithValues<MetricValue<string>>

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** Everything that was measured, small enough to be passed from process to process. */
export async function takeSnapshot(registry: Registry): Promise<string> {
  return pack(await registry.getMetricsAsJSON())
}

async function pack(metrics: readonly Values[]): Promise<string> {
  return (await deflate(JSON.stringify(metrics), { level: 1 })).toString('base64')
}

/** Our own writing, of this version. */
async function unpack(snapshot: string): Promise<Values[]> {
  return JSON.parse((await inflate(Buffer.from(snapshot, 'base64'))).toString())
}

/** One text for all: what counts is added up, and each gauge says itself how it is taken together. */
export async function renderTogether(all: Together): Promise<Rendering> {
  const [live, past] = await Promise.all([
    Promise.all(all.live.map(unpack)),
    Promise.all(all.past.map(unpack)),
  ])
  const counted = past.map((metrics) => metrics.filter(({ type }) => addsUp.has(type)))
  const registry = Registry.aggregate([...live, ...counted])
  addWorkers(registry, all)
  const merged = past.length > 1 ? await Registry.aggregate(counted).getMetricsAsJSON() : undefined
  return {
    contentType: registry.contentType,
    body: await registry.metrics(),
    past: merged && (await pack(merged)),
  }
}

const addsUp: ReadonlySet<string> = new Set(['counter', 'histogram'])

function addWorkers(registry: Registry, { workers, restarts }: Together): void {
  const registers = [registry]
  const serving = new Gauge({
    name: 'cardea_workers',
    help: 'Worker processes that serve.',
    registers,
  })
  serving.set(workers)
  const replaced = new Counter({
    name: 'cardea_worker_restarts_total',
    help: 'Workers that were replaced because they had ended without being told to.',
    registers,
  })
  replaced.inc(restarts)
}
