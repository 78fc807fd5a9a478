import { Failure } from '../../base/index.ts'
import type { Client, ClientCache } from '../../clients/index.ts'
import type { ReadParameters } from '../../http/index.ts'
import { oauthFailures } from '../failures.ts'
import { isPushedUri, readPushed } from '../pushed/pushed-requests.ts'
import { requestFailures } from '../request-object/failures.ts'
import type { FetchNeeds } from '../request-object/fetch-object.ts'
import { fetchObject } from '../request-object/fetch-object.ts'
import type { ObjectNeeds } from '../request-object/open-object.ts'
import { openObject } from '../request-object/open-object.ts'

/** The parameters of an authorization request, wherever they came from, and how far that can be trusted. */
export type Source = ReadParameters & {
  /** The client signed all of them (RFC 9101). */
  readonly signed: boolean
  /** The client sent them itself, and was authenticated where it can be (RFC 9126). */
  readonly pushed: boolean
  /** What stands for a pushed request, and is used up by an answer. */
  readonly requestUri?: string | undefined
  /** Thumbprint of the DPoP key that was proved while pushing (RFC 9449 section 10.1). */
  readonly dpopJkt?: string | undefined
}

export type SourceNeeds = ObjectNeeds & FetchNeeds & { readonly clients: ClientCache }

/**
 * Finds the parameters that a request stands for: its own, those of a request object, or pushed ones. Beside
 * one of the latter only `client_id` counts (RFC 9101 section 5, RFC 9126 section 4).
 */
export async function readSource(needs: SourceNeeds, read: ReadParameters): Promise<Source> {
  const object = read.parameters.get('request')
  const uri = read.parameters.get('request_uri')
  if (object === undefined && uri === undefined) return plain(read)
  const client = await clientOf(needs, read)
  try {
    if (object !== undefined && uri !== undefined) throw requestFailures.several_forms() // RFC 9101 section 5
    if (uri !== undefined && isPushedUri(uri)) return await pushed(needs, client, uri)
    const text = object ?? (await fetchObject(needs, client, uri ?? ''))
    return { ...(await openObject(needs, client, text)), signed: true, pushed: false }
  } catch (error) {
    if (error instanceof Failure && error.kind.status === 400) return refused(read, client, error)
    throw error
  }
}

function plain(read: ReadParameters): Source {
  return { ...read, signed: false, pushed: false }
}

async function clientOf({ clients }: SourceNeeds, read: ReadParameters): Promise<Client> {
  const problem = read.problems.get('client_id')
  if (problem !== undefined) throw problem
  const clientId = read.parameters.get('client_id')
  if (clientId === undefined) throw oauthFailures.missing_parameter({ parameter: 'client_id' })
  const client = await clients.find(clientId)
  if (client === undefined) throw oauthFailures.unknown_client({ parameter: 'client_id' })
  return client
}

async function pushed(needs: SourceNeeds, client: Client, uri: string): Promise<Source> {
  const request = await readPushed(needs, client.clientId, uri)
  if (request === undefined) {
    throw requestFailures.invalid_request_uri({ parameter: 'request_uri', log: { why: 'unknown' } })
  }
  return { ...request, problems: new Map(), pushed: true, requestUri: uri }
}

/**
 * The client is told of a form that cannot be used where the request itself names a registered address to tell
 * it at, which is judged as ever; the person is told otherwise.
 */
function refused(read: ReadParameters, client: Client, failure: Failure): Source {
  const { redirect_uris: registered } = client.metadata
  const uri = read.parameters.get('redirect_uri')
  if (uri === undefined || !registered.includes(uri)) throw failure
  return { ...plain(read), problems: new Map([['request', failure], ...read.problems]) }
}
