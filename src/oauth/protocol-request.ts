import type {
  ClientCertificate,
  Origin,
  ParameterLists,
  Parameters,
  Request,
} from '../http/index.ts'
import { originOf, parseLists } from '../http/index.ts'

/** What an endpoint for programs is sent: all that authenticates the client and binds what it is given. */
export type ProtocolRequest = {
  readonly method: string
  /** Path of the endpoint, as `/oauth/token`. */
  readonly path: string
  readonly parameters: Parameters
  readonly lists: ParameterLists
  readonly authorization: string | undefined
  readonly origin: Origin
  /** Each `DPoP` header (RFC 9449 section 4.1); more than one is an error. */
  readonly dpop: readonly string[]
  /** The certificate of the client's TLS connection (RFC 8705). */
  readonly certificate: ClientCertificate | undefined
}

/** Finds the certificate of a connection; only our own TLS and trusted proxies are believed. */
export type CertificateOf = (request: Request) => ClientCertificate | undefined

export function readProtocolRequest(
  request: Request,
  certificateOf: CertificateOf,
): ProtocolRequest {
  // Parting all headers costs more than the rest of this, and few requests have a proof.
  const dpop = request.headers.dpop === undefined ? [] : (request.raw.headersDistinct.dpop ?? [])
  return {
    method: request.method,
    path: request.routeOptions.url ?? '',
    ...parseLists(request.body),
    authorization: request.headers.authorization,
    origin: originOf(request),
    dpop,
    certificate: certificateOf(request),
  }
}
