import type { Client } from './client.ts'

/** What a client must do, whatever asked for it: its own metadata or its profile. */
export type Demands = {
  /** RFC 9126 section 5. */
  readonly pushedRequests: boolean
  /** RFC 9101 section 10.5. */
  readonly signedRequests: boolean
  /** RFC 7636. */
  readonly pkce: boolean
  /** What its tokens must be bound to: nothing, a DPoP key, a certificate, or one of the two. */
  readonly binding: 'none' | 'dpop' | 'mtls' | 'either'
  /** Seconds that a code may live at most; undefined leaves it to the setting. */
  readonly longestCode: number | undefined
  /** Assertions must name the issuer as their only audience (FAPI 2.0 section 5.3.2.1). */
  readonly issuerAudience: boolean
  /**
   * Requests name their redirect URI, and request objects their audience and a short time (FAPI 2.0 section
   * 5.3.2.2, FAPI 2.0 Message Signing section 5.3.1).
   */
  readonly strictRequests: boolean
  /** The JWS algorithms that it may sign with (FAPI 2.0 section 5.4.1); undefined: all that we know. */
  readonly algorithms: readonly string[] | undefined
  /** Its refresh tokens stay as they are when they are used (FAPI 2.0 section 5.3.2.1, item 9). */
  readonly stableRefreshTokens: boolean
}

const fapiAlgorithms = ['PS256', 'ES256', 'EdDSA', 'Ed25519']

/** FAPI 2.0 Security Profile section 5.3.2.1 where the client is registered for it, its own wishes elsewhere. */
export function demandsOf({ metadata }: Pick<Client, 'metadata'>): Demands {
  const fapi = metadata.profile === 'fapi2'
  const dpop = metadata.dpop_bound_access_tokens === true
  const mtls = metadata.tls_client_certificate_bound_access_tokens === true
  return {
    pushedRequests: fapi || metadata.require_pushed_authorization_requests === true,
    signedRequests: metadata.require_signed_request_object === true,
    pkce: fapi || metadata.require_pkce,
    binding: dpop ? 'dpop' : mtls ? 'mtls' : fapi ? 'either' : 'none',
    longestCode: fapi ? 60 : undefined,
    issuerAudience: fapi,
    strictRequests: fapi,
    algorithms: fapi ? fapiAlgorithms : undefined,
    stableRefreshTokens: fapi,
  }
}

/**
 * Seconds that a clock may be off, out of the setting: what a client of FAPI 2.0 sends may be ahead by ten
 * seconds in any case, and by more than a minute never (section 5.3.2.1, item 13).
 */
export function clockSkewFor(client: Pick<Client, 'metadata'>, setting: number): number {
  return client.metadata.profile === 'fapi2' ? Math.min(60, Math.max(10, setting)) : setting
}
