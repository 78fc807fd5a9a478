import { Failure } from '../base/index.ts'

/** What comes too early, or without its proof of work, leaves a form as it was. */
const shown: ReadonlySet<string> = new Set(['too_many_requests', 'challenge_required'])

/** An attempt of a form, or the refusal that its page shows; whatever else fails goes on its way. */
export async function attempted<T>(attempt: Promise<T>): Promise<T | Failure> {
  try {
    return await attempt
  } catch (error) {
    if (error instanceof Failure && shown.has(error.kind.code)) return error
    throw error
  }
}

/** What the answer to a refused form says beside its page. */
export function headersOf(refusal: Failure | undefined): Readonly<Record<string, string>> {
  const { headers = {}, retryAfter } = refusal?.details ?? {}
  return { ...headers, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) }
}
