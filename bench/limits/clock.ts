import { performance } from 'node:perf_hooks'

const warmUpMs = 200

/** Does something on some lines at once for a time and prints how often a second; for programs of their own. */
export async function printRate(
  forMs: number,
  lines: number,
  once: () => Promise<void>,
): Promise<void> {
  await during(warmUpMs, lines, once)
  const began = performance.now()
  const done = await during(forMs, lines, once)
  console.log(JSON.stringify({ perSecond: (done * 1000) / (performance.now() - began) }))
}

async function during(ms: number, lines: number, once: () => Promise<void>): Promise<number> {
  const end = performance.now() + ms
  let done = 0
  const line = async () => {
    while (performance.now() < end) {
      await once()
      done += 1
    }
  }
  await Promise.all(Array.from({ length: lines }, line))
  return done
}
