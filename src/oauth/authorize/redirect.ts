import type { Client } from '../../clients/index.ts'
import { redirectUriMatches } from '../../clients/index.ts'

export type ResponseMode = 'query' | 'form_post'

/**
 * A redirect URI that was checked against its client. Only this module makes one, so answering to an
 * unchecked address does not compile (RFC 9700 section 4.11).
 */
export type ValidatedRedirect = {
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
  if (uri === undefined || !registered.some((known) => redirectUriMatches(known, uri)))
    return undefined
  return { uri, mode: asked.mode, state: asked.state, __validated: true }
}

/** Adds response parameters to a redirect URI and keeps the query it already has (RFC 6749 section 3.1.2). */
export function withQuery(
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const added = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) added.append(name, value)
  }
  const separator = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&'
  return `${uri}${separator}${added.toString()}`
}
