/** What of the protocol the operator switched on, and its times: what this module reads of the section `protocol`. */
export type ProtocolSettings = {
  readonly legacyResponseTypes: boolean
  readonly passwordGrant: boolean
  readonly clientRegistration: 'closed' | 'token' | 'open'
  readonly registrationScopes: string
  /** Seconds, as every lifetime. */
  readonly registrationLifetime: number
  readonly registrationPkce: boolean
  readonly softwareStatementIssuers: readonly string[]
  readonly clientIdMetadata: boolean
  readonly clientIdMetadataHosts: readonly string[]
  readonly pushedRequestLifetime: number
  readonly requirePushedRequests: boolean
  readonly requestUris: boolean
  readonly authorizationDetailTypes: readonly string[]
  readonly mutualTlsUrl: string
  readonly deviceLifetime: number
  readonly deviceInterval: number
  readonly backchannelLifetime: number
  readonly backchannelInterval: number
  readonly backchannelHookUrl: string
}
