import type { AuthorizationDetail } from '../../session/index.ts'
import { narrowedDetails } from '../details/requested.ts'
import { narrowed } from '../resources/requested.ts'
import type { GrantRequest } from './grant.ts'

type Granted = {
  readonly resources?: readonly string[]
  readonly details?: readonly AuthorizationDetail[] | null | undefined
}

/** What of a grant one answer is for; refuses what was not granted. */
export type Narrowed = {
  readonly resources: readonly string[]
  readonly details: readonly AuthorizationDetail[] | null
}

/** RFC 8707 section 2.2 and RFC 9396 section 6: all of it where the request names nothing. */
export function narrowedGrant(
  { resources, parameters }: Pick<GrantRequest, 'resources' | 'parameters'>,
  granted: Granted,
): Narrowed {
  return {
    resources: narrowed(resources, granted.resources ?? []),
    details: narrowedDetails(parameters.get('authorization_details'), granted.details) ?? null,
  }
}
