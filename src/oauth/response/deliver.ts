import type { Clock } from '../../base/index.ts'
import { numericDate } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { AnswerNeeds } from '../answer.ts'
import { answerJwt } from '../answer.ts'
import type { ValidatedRedirect } from '../authorize/redirect.ts'
import { withFragment, withQuery } from '../authorize/redirect.ts'

/** What the browser is told: to go somewhere, or to post a form there. */
export type Delivery =
  | { readonly by: 'address'; readonly location: string }
  | { readonly by: 'form'; readonly uri: string; readonly fields: Fields }

type Fields = Readonly<Record<string, string | undefined>>

type Needs = AnswerNeeds & { readonly clock: Clock; readonly issuer: string }

/** Seconds; JARM section 2.1 recommends ten minutes at most. */
const jwtLifetime = 600

/** Brings the parameters of an answer, good or bad, into the form that its mode asks for. */
export async function deliver(
  needs: Needs,
  { client, uri, mode }: ValidatedRedirect,
  parameters: Fields,
): Promise<Delivery> {
  const fields = mode.jwt ? { response: await asJwt(needs, client, parameters) } : parameters
  switch (mode.carrier) {
    case 'query':
      return { by: 'address', location: withQuery(uri, fields) }
    case 'fragment':
      return { by: 'address', location: withFragment(uri, fields) }
    case 'form_post':
      return { by: 'form', uri, fields }
  }
}

/** JARM section 2.1: every parameter, and who says so to whom until when. */
function asJwt(needs: Needs, client: Client, parameters: Fields): Promise<string> {
  const known = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const payload = {
    ...Object.fromEntries(known),
    iss: needs.issuer,
    aud: client.clientId,
    exp: numericDate(needs.clock.now()) + jwtLifetime,
  }
  return answerJwt(needs, client, 'authorization', { typ: 'JWT', payload: () => payload })
}
