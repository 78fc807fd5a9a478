import { type Static, Type } from 'typebox'
import { admin } from './config-admin.ts'
import { audit } from './config-audit.ts'
import { apiKeys } from './config-api-keys.ts'
import { database } from './config-database.ts'
import { monitor } from './config-monitor.ts'
import { protocol } from './config-protocol.ts'
import { account, limits, mail, mfa, password, registration, session } from './config-people.ts'
import {
  boolean,
  choice,
  duration,
  integer,
  list,
  readKey,
  readNetwork,
  readOrigin,
  readUrl,
  text,
} from './config-setting.ts'
import { workers } from './config-workers.ts'

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/** The settings of a running server. Durations are numbers of seconds. */
export type Config = DeepReadonly<Static<typeof configSchema>>

const http = Type.Object(
  {
    host: text('localhost', 'Name or address to listen on; 0.0.0.0 or :: for every interface.'),
    port: integer(8080, { least: 0, most: 65_535 }, 'Port to listen on; 0 takes a free one.'),
    trustedProxies: list('Proxies whose X-Forwarded-* headers are believed; nobody by default.', {
      type: 'list of networks (CIDR)',
      item: readNetwork,
    }),
    tlsCertFile: text(
      '',
      'File with the certificate chain (PEM) for TLS of our own; empty leaves TLS to a proxy. Read again when it changes.',
    ),
    tlsKeyFile: text('', 'File with the private key (PEM) of that certificate.'),
    tlsClientCertificates: choice(
      ['none', 'request'],
      'none',
      'Whether our own TLS asks clients for a certificate (RFC 8705); none is ever demanded of a browser.',
    ),
    bodyLimit: integer(
      65_536,
      { least: 1024, most: 16_777_216 },
      'Largest request body in bytes; a larger one is answered 413.',
    ),
    docs: choice(
      ['auto', 'on', 'off'],
      'auto',
      'Serve the API reference at /docs and /openapi.json; auto is on in development only.',
    ),
    requestTimeout: duration('30s', 'How long a client may take to send a whole request.'),
    shutdownDelay: duration(
      '0s',
      'How long a stopping server, which /health/ready tells at once, still takes requests; behind a load balancer longer than it takes to notice.',
      { least: '0s', most: '5m' },
    ),
    drainTimeout: duration('20s', 'How long a stopping server waits for requests in progress.', {
      least: '0s',
    }),
  },
  { description: 'The HTTP server.' },
)

const redis = Type.Object(
  {
    url: text('', 'Redis for soft state; needed as soon as more than one machine serves.', {
      env: 'REDIS_URL',
      secret: true,
      type: 'redis:// address',
      check: readUrl('redis:', 'rediss:'),
    }),
  },
  {
    description:
      'Redis, optional on one machine, however many workers it has. Losing its contents loses nothing that lasts.',
  },
)

const log = Type.Object(
  {
    level: choice(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'info',
      'The least severe events that are logged.',
    ),
    format: choice(
      ['auto', 'json', 'pretty'],
      'auto',
      'One JSON object per line, or text for people; auto is json in production.',
    ),
  },
  { description: 'The log, written to standard output.' },
)

const metrics = Type.Object(
  {
    enabled: boolean(true, 'Serve Prometheus metrics at /metrics.'),
    token: text('', 'When set, /metrics asks for it as a bearer token.', { secret: true }),
  },
  { description: 'Metrics for Prometheus.' },
)

const oauth = Type.Object(
  {
    codeLifetime: duration('60s', 'Life of an authorization code.', { most: '10m' }),
    accessTokenLifetime: duration('10m', 'Life of an access token.'),
    idTokenLifetime: duration('1h', 'Life of an ID token.'),
    refreshIdleLifetime: duration('14d', 'A grant ends when not refreshed for this time.'),
    refreshAbsoluteLifetime: duration('90d', 'A grant ends after this time in any case.'),
    refreshGrace: duration('30s', 'A repeated refresh within this time gets the same successor.', {
      least: '0s',
      most: '5m',
    }),
    clockSkew: duration('30s', 'How far the clocks of clients may be off.', {
      least: '0s',
      most: '5m',
    }),
    flowLifetime: duration('30m', 'Time to finish a login once begun.'),
  },
  { description: 'OAuth 2.0 and OpenID Connect.' },
)

const keys = Type.Object(
  {
    rotateEvery: duration('90d', 'Age at which a signing key is replaced.', { least: '1m' }),
    publishLead: duration('1h', 'Time a key is published before it signs.', { least: '0s' }),
  },
  { description: 'Signing keys.' },
)

const jobs = Type.Object(
  {
    sweepEvery: duration('1m', 'Time between two sweeps of expired rows.'),
    sweepBatch: integer(1000, { least: 1, most: 100_000 }, 'Rows deleted by one statement.'),
  },
  { description: 'Work in the background.' },
)

const setup = Type.Object(
  { linkLifetime: duration('24h', 'Life of the link that makes the first administrator.') },
  { description: 'The first start.' },
)

/** Every setting there is: the one source of types, validation and reference. */
export const configSchema = Type.Object({
  env: choice(['development', 'production', 'test'], 'development', 'What the server is run for.'),
  publicUrl: text('', 'Address of the server for its users, and issuer of its tokens.', {
    type: 'origin',
    check: readOrigin,
  }),
  locale: choice(['en', 'de'], 'en', 'Language for people who ask for none that there is.'),
  workers,
  dataDir: text('', 'Folder for what the server keeps itself; empty lets the server choose.'),
  secretKey: list(
    'Keys of 32 bytes that seal what is stored secretly: the first seals, all of them open.',
    { env: 'CARDEA_SECRET_KEY', secret: true, type: 'list of keys (base64url)', item: readKey },
  ),
  http,
  database,
  redis,
  log,
  metrics,
  password,
  registration,
  session,
  account,
  mail,
  limits,
  mfa,
  oauth,
  protocol,
  apiKeys,
  keys,
  jobs,
  audit,
  monitor,
  admin,
  setup,
})
