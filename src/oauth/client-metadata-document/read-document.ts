import type { ClientInput } from '../../clients/index.ts'
import type { Outgoing, OutgoingAnswer } from '../../outgoing/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import { limitsOf, narrowed, refusedSector } from '../registration/policy.ts'
import type { Raw } from '../registration/read-metadata.ts'
import { readMetadata } from '../registration/read-metadata.ts'
import type { ProtocolSettings } from '../settings.ts'

export type ReadDocument =
  | { readonly ok: true; readonly input: ClientInput; readonly answer: OutgoingAnswer }
  | { readonly ok: false; readonly why: string }

type Needs = { readonly outgoing: Outgoing; readonly protocol: ProtocolSettings }

/** Asks for the document of a client (CIMD section 5: no redirect is followed, and nothing but 200 counts). */
export async function readDocument(needs: Needs, clientId: string): Promise<ReadDocument> {
  try {
    const answer = await needs.outgoing.get(clientId, { accept: 'application/json' })
    if (answer.status !== 200) return { ok: false, why: `status ${answer.status}` }
    const type = answer.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (!/^application\/(?:[a-z0-9.-]+\+)?json$/.test(type)) return { ok: false, why: 'not JSON' }
    const judged = judgeDocument(needs.protocol, clientId, JSON.parse(answer.text))
    return typeof judged === 'string'
      ? { ok: false, why: judged }
      : { ok: true, input: judged, answer }
  } catch (error) {
    if (error instanceof OutgoingError) return { ok: false, why: error.trouble }
    if (error instanceof SyntaxError) return { ok: false, why: 'not JSON' }
    throw error
  }
}

/** What a document may say of its client (CIMD section 4), or why it may not. Fails with RFC 7591 codes. */
function judgeDocument(
  settings: ProtocolSettings,
  clientId: string,
  document: unknown,
): ClientInput | string {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return 'not an object'
  }
  const raw = document as Raw
  if (raw.client_id !== clientId) return 'client_id is another one' // RFC 3986 section 6.2.1
  const secret = raw.client_secret !== undefined || raw.client_secret_expires_at !== undefined
  if (secret) return 'has a secret'
  const method = raw.token_endpoint_auth_method ?? 'none'
  if (method !== 'none' && method !== 'private_key_jwt') return 'authentication method'
  const most = limitsOf(settings, null)
  // It is written for every server: what is not for this one does no harm.
  const grants = listed(raw.grant_types)?.filter((one) => most.grantTypes.includes(one))
  const types = listed(raw.response_types)?.filter(
    (one) => one === 'code' || settings.legacyResponseTypes,
  )
  const input = readMetadata({
    ...raw,
    token_endpoint_auth_method: method,
    grant_types: grants,
    response_types: types,
    application_type: raw.application_type ?? (isNative(raw) ? 'native' : undefined),
  })
  return refusedSector(input).length > 0 ? 'the sector of somebody else' : narrowed(input, most)
}

function listed(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
}

/** Who answers on the own machine is an application there, whether it says so or not. */
function isNative({ redirect_uris: redirects }: Raw): boolean {
  return listed(redirects)?.some((uri) => uri.startsWith('http://')) === true
}
