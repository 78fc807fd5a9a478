import type { Config } from './config-schema.ts'

/** What settings must hold together, as data so that the reference prints the same list. */
export type Rule = {
  readonly reads: readonly string[]
  /** Whether it only holds when `env` is production. */
  readonly production: boolean
  /** The whole error; begins with the name of the first setting it reads. */
  readonly words: string
  readonly refuses: (config: Config) => boolean
}

export const rules: readonly Rule[] = [
  {
    reads: ['publicUrl'],
    production: true,
    words: 'CARDEA_PUBLIC_URL must be set to an https:// address in production',
    refuses: (config) => !config.publicUrl.startsWith('https://'),
  },
  {
    reads: ['publicUrl', 'http.tlsCertFile'],
    production: false,
    words: 'CARDEA_PUBLIC_URL must be an https:// address once CARDEA_HTTP_TLS_CERT_FILE is set',
    refuses: ({ publicUrl, http }) =>
      http.tlsCertFile !== '' && publicUrl !== '' && !publicUrl.startsWith('https://'),
  },
  {
    reads: ['secretKey'],
    production: true,
    words: 'CARDEA_SECRET_KEY must be set in production (openssl rand -base64 32)',
    refuses: (config) => config.secretKey.length === 0,
  },
  {
    reads: ['http.tlsCertFile', 'http.tlsKeyFile'],
    production: false,
    words: 'CARDEA_HTTP_TLS_CERT_FILE must be set together with CARDEA_HTTP_TLS_KEY_FILE',
    refuses: ({ http }) => (http.tlsCertFile === '') !== (http.tlsKeyFile === ''),
  },
  {
    reads: ['http.tlsClientCertificates', 'http.tlsCertFile'],
    production: false,
    words:
      'CARDEA_HTTP_TLS_CLIENT_CERTIFICATES must be none while CARDEA_HTTP_TLS_CERT_FILE is not set',
    refuses: ({ http }) => http.tlsClientCertificates === 'request' && http.tlsCertFile === '',
  },
  {
    reads: ['protocol.certificateHeader', 'http.trustedProxies'],
    production: false,
    words:
      'CARDEA_PROTOCOL_CERTIFICATE_HEADER must not be set while CARDEA_HTTP_TRUSTED_PROXIES names nobody',
    refuses: ({ protocol, http }) =>
      protocol.certificateHeader !== '' && http.trustedProxies.length === 0,
  },
  {
    reads: ['log.format'],
    production: true,
    words: 'CARDEA_LOG_FORMAT must not be pretty in production',
    refuses: (config) => config.log.format === 'pretty',
  },
  {
    reads: ['registration.mode', 'mail.url'],
    production: true,
    words: 'CARDEA_REGISTRATION_MODE must be closed in production while CARDEA_MAIL_URL is not set',
    refuses: ({ registration, mail }) => registration.mode !== 'closed' && mail.url === '',
  },
  {
    reads: ['mail.from', 'mail.url'],
    production: true,
    words: 'CARDEA_MAIL_FROM must be an address of yours in production once CARDEA_MAIL_URL is set',
    refuses: ({ mail }) => mail.url !== '' && /@localhost>?$/.test(mail.from),
  },
  {
    reads: ['database.pooler', 'database.url'],
    production: false,
    words: 'CARDEA_DATABASE_POOLER must be none while DATABASE_URL is not set',
    refuses: ({ database }) => database.pooler !== 'none' && database.url === '',
  },
  {
    reads: ['database.replicaUrl', 'database.url'],
    production: false,
    words: 'CARDEA_DATABASE_REPLICA_URL must not be set while DATABASE_URL is not set',
    refuses: ({ database }) => database.replicaUrl !== '' && database.url === '',
  },
  {
    reads: ['mfa.relyingParty', 'publicUrl'],
    production: false,
    // WebAuthn Level 3 section 5.1.3: browsers refuse anything else.
    words: 'CARDEA_MFA_RELYING_PARTY must be the host of CARDEA_PUBLIC_URL or a parent of it',
    refuses: ({ mfa, publicUrl }) => {
      const host = URL.canParse(publicUrl) ? new URL(publicUrl).hostname : ''
      const { relyingParty: id } = mfa
      return id !== '' && id !== host && !(id.includes('.') && host.endsWith(`.${id}`))
    },
  },
  {
    reads: ['session.unrememberedLifetime', 'session.absoluteLifetime'],
    production: false,
    words:
      'CARDEA_SESSION_UNREMEMBERED_LIFETIME must not be longer than CARDEA_SESSION_ABSOLUTE_LIFETIME',
    refuses: ({ session }) => session.unrememberedLifetime > session.absoluteLifetime,
  },
  {
    reads: ['session.idleLifetime', 'session.absoluteLifetime'],
    production: false,
    words: 'CARDEA_SESSION_IDLE_LIFETIME must not be longer than CARDEA_SESSION_ABSOLUTE_LIFETIME',
    refuses: ({ session }) => session.idleLifetime > session.absoluteLifetime,
  },
  {
    reads: ['session.apiAccessLifetime', 'session.apiRefreshLifetime'],
    production: false,
    words:
      'CARDEA_SESSION_API_ACCESS_LIFETIME must not be longer than CARDEA_SESSION_API_REFRESH_LIFETIME',
    refuses: ({ session }) => session.apiAccessLifetime > session.apiRefreshLifetime,
  },
  {
    reads: ['oauth.refreshIdleLifetime', 'oauth.refreshAbsoluteLifetime'],
    production: false,
    words:
      'CARDEA_OAUTH_REFRESH_IDLE_LIFETIME must not be longer than CARDEA_OAUTH_REFRESH_ABSOLUTE_LIFETIME',
    refuses: ({ oauth }) => oauth.refreshIdleLifetime > oauth.refreshAbsoluteLifetime,
  },
  {
    reads: ['apiKeys.defaultLifetime', 'apiKeys.maxLifetime'],
    production: false,
    words: 'CARDEA_API_KEYS_DEFAULT_LIFETIME must not be longer than CARDEA_API_KEYS_MAX_LIFETIME',
    refuses: ({ apiKeys }) => apiKeys.defaultLifetime > apiKeys.maxLifetime,
  },
  {
    reads: ['keys.publishLead', 'keys.rotateEvery'],
    production: false,
    words: 'CARDEA_KEYS_PUBLISH_LEAD must be shorter than CARDEA_KEYS_ROTATE_EVERY',
    refuses: ({ keys }) => keys.publishLead >= keys.rotateEvery,
  },
  {
    reads: ['audit.retention'],
    production: false,
    words: 'CARDEA_AUDIT_RETENTION must be 0s or at least 30d',
    refuses: ({ audit }) => audit.retention > 0 && audit.retention < 30 * 86_400,
  },
  {
    reads: ['audit.streamFile', 'audit.stream'],
    production: false,
    words: 'CARDEA_AUDIT_STREAM_FILE must be set once CARDEA_AUDIT_STREAM lists file',
    refuses: ({ audit }) => audit.stream.includes('file') && audit.streamFile === '',
  },
  {
    reads: ['audit.streamSecret', 'audit.streamUrl'],
    production: false,
    words:
      'CARDEA_AUDIT_STREAM_SECRET must have 16 characters or more once CARDEA_AUDIT_STREAM_URL is set',
    refuses: ({ audit }) => audit.streamUrl !== '' && audit.streamSecret.length < 16,
  },
  {
    reads: ['monitor.webhookSecret', 'monitor.webhookUrl'],
    production: false,
    words:
      'CARDEA_MONITOR_WEBHOOK_SECRET must have 16 characters or more once CARDEA_MONITOR_WEBHOOK_URL is set',
    refuses: ({ monitor }) => monitor.webhookUrl !== '' && monitor.webhookSecret.length < 16,
  },
  {
    reads: ['protocol.backchannelHookSecret', 'protocol.backchannelHookUrl'],
    production: false,
    words:
      'CARDEA_PROTOCOL_BACKCHANNEL_HOOK_SECRET must have 16 characters or more once CARDEA_PROTOCOL_BACKCHANNEL_HOOK_URL is set',
    refuses: ({ protocol }) =>
      protocol.backchannelHookUrl !== '' && protocol.backchannelHookSecret.length < 16,
  },
  {
    // RFC 9106 section 3.1: the memory is at least eight blocks per lane.
    reads: ['password.argon2MemoryKib', 'password.argon2Parallelism'],
    production: false,
    words:
      'CARDEA_PASSWORD_ARGON2_MEMORY_KIB must be at least 8 times CARDEA_PASSWORD_ARGON2_PARALLELISM',
    refuses: ({ password }) => password.argon2MemoryKib < 8 * password.argon2Parallelism,
  },
]
