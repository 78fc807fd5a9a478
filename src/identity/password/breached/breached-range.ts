/** The outgoing HTTP that is used, so that tests can replace it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type RangeService = {
  readonly fetch: Fetch
  /** The first 5 hex digits of the digest are appended. */
  readonly url: string
  readonly timeoutMs: number
}

const prefixLength = 5
const longestAnswer = 2_000_000

/**
 * Asks a range service whether a SHA-1 digest (upper-case hex) is known. The service learns 20 bits of
 * the digest, which some million passwords share, and never whether the password was among its answers.
 */
export async function isInBreachedRange(service: RangeService, digest: string): Promise<boolean> {
  const answer = await service.fetch(service.url + digest.slice(0, prefixLength), {
    headers: { 'add-padding': 'true', accept: 'text/plain', 'user-agent': 'cardea' },
    redirect: 'manual',
    signal: AbortSignal.timeout(service.timeoutMs),
  })
  if (answer.status !== 200) {
    await answer.body?.cancel()
    throw new Error(`the range service answered with status ${answer.status}`)
  }
  return isListed(await readText(answer), digest.slice(prefixLength))
}

/** Lines are `SUFFIX:COUNT`; a count of 0 is padding, which hides how long the true answer is. */
function isListed(text: string, suffix: string): boolean {
  return text.split('\n').some((line) => {
    const [listed = '', count = '1'] = line.trim().split(':')
    return listed.toUpperCase() === suffix && Number(count) !== 0
  })
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the rest of the body.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > longestAnswer) throw new Error('the answer of the range service is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}
