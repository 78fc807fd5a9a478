import { Agent, request } from 'node:http'

/** Asks one address again and again on some connections; the answers per second and the latencies. */
export async function flood(
  url: string,
  token: string,
  bodyOf: (n: number) => object,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<{ readonly perSecond: number; readonly latencies: number[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies: number[] = []
  const started = performance.now()
  let n = 0
  const one = async () => {
    while (performance.now() - started < seconds * 1000) {
      const begun = performance.now()
      n += 1
      await post(agent, url, token, JSON.stringify(bodyOf(n)))
      latencies.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  const took = (performance.now() - started) / 1000
  agent.destroy()
  return { perSecond: latencies.length / took, latencies }
}

function post(agent: Agent, url: string, token: string, body: string): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: `Bearer ${token}`,
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
