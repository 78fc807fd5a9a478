import type { Client } from '../../clients/index.ts'
import type { ParameterLists } from '../../http/index.ts'
import { oauthFailures } from '../failures.ts'

/** RFC 8707 section 2.2: at the token endpoint a part of what was granted, or all of it when none is named. */
export function narrowed(asked: readonly string[], granted: readonly string[]): readonly string[] {
  if (asked.length === 0) return granted
  if (asked.every((one) => granted.includes(one))) return asked
  throw oauthFailures.invalid_target({ parameter: 'resource' })
}

/** The resources that a request names, each registered and allowed to the client (RFC 8707 section 2). */
export async function requestedResources(
  _needs: unknown,
  _client: Client,
  lists: ParameterLists,
): Promise<readonly string[]> {
  if (lists.has('resource')) throw oauthFailures.invalid_target({ parameter: 'resource' })
  return []
}
