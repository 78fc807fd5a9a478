import type { Client } from '../../clients/index.ts'
import { redirectUriMatches } from '../../clients/index.ts'
import type { ResponseMode } from '../response/response-mode.ts'

/**
 * A redirect URI that was checked against its client. Only this module makes one, so answering to an
 * unchecked address does not compile (RFC 9700 section 4.11).
 */
export type ValidatedRedirect = {
  readonly client: Client
  readonly uri: string
  readonly mode: ResponseMode
  readonly state: string | undefined
  readonly __validated: true
}

/** The registered URI that was asked for, or the only one when none was named (RFC 6749 section 3.1.2.3). */
export function validateRedirect(
  client: Client,
  asked: {
    readonly uri: string | undefined
    readonly mode: ResponseMode
    readonly state: string | undefined
  },
): ValidatedRedirect | undefined {
  const { redirect_uris: registered } = client.metadata
  const uri = asked.uri ?? (registered.length === 1 ? registered[0] : undefined)
  const native = client.metadata.application_type === 'native'
  if (uri === undefined || !registered.some((known) => redirectUriMatches(known, uri, { native })))
    return undefined
  return { client, uri, mode: asked.mode, state: asked.state, __validated: true }
}

type Answer = Readonly<Record<string, string | undefined>>

/** Adds response parameters to a redirect URI and keeps the query it already has (RFC 6749 section 3.1.2). */
export function withQuery(uri: string, parameters: Answer): string {
  const separator = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&'
  return `${uri}${separator}${formEncoded(parameters)}`
}

/** The same in the fragment, which no registered redirect URI has (RFC 6749 section 4.2.2). */
export function withFragment(uri: string, parameters: Answer): string {
  return `${uri}#${formEncoded(parameters)}`
}

function formEncoded(parameters: Answer): string {
  const added = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) added.append(name, value)
  }
  return added.toString()
}
