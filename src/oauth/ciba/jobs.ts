import { Type } from 'typebox'
import type { JobKind } from '../../jobs/index.ts'

type Named = { readonly id: string }
const Named = Type.Object({ id: Type.String() })

/** A letter to the person who is asked. */
export const backchannelLetterJob: JobKind<Named> = {
  name: 'oauth.backchannel_letter',
  attempts: 5,
  schema: Named,
}

/** A message to the operator's own application, which can reach the person at once. */
export const backchannelHookJob: JobKind<Named> = {
  name: 'oauth.backchannel_hook',
  attempts: 5,
  schema: Named,
}

/** The client is told that there is an answer (CIBA Core section 10.2). */
export const backchannelPingJob: JobKind<Named> = {
  name: 'oauth.backchannel_ping',
  attempts: 6,
  schema: Named,
}
