/**
 * Who may import whom, as data. `test/architecture.test.ts` holds the code to it and `npm run generate`
 * prints it in docs/architecture.md. An import goes through the door of a module, its `index.ts`.
 */
export type ModuleRow = {
  /** What the module is for, in a few words. */
  readonly about: string
  /** The modules whose doors it may open, besides `base`. */
  readonly may: readonly string[]
  /** What the code needs beyond the plan, each with the reason (docs/decisions/0003-import-table.md). */
  readonly also?: Readonly<Record<string, string>>
}

const state = ['audit', 'db', 'kv']
const domain = [
  ...state,
  'i18n',
  'mail',
  'access',
  'api-keys',
  'clients',
  'flow',
  'identity',
  'jobs',
  'keys',
  'limits',
  'mfa',
  'monitor',
  'outgoing',
  'session',
  'statistics',
]
const words = 'Pages speak the language of the person.'
const web = 'Cookies, parameters and pages reach it as types and small functions of the HTTP layer.'

export const moduleTable: Readonly<Record<string, ModuleRow>> = {
  base: { about: 'time, randomness, digests, ids, text, the failure type', may: [] },
  config: { about: 'what the operator decided', may: [] },
  db: { about: 'PostgreSQL: pool, transactions, migrations, the embedded server', may: [] },
  kv: { about: 'soft state, in memory or in Redis', may: [] },
  i18n: { about: 'the words of pages and mails in every language', may: [] },
  http: {
    about: 'the server, its surfaces, cookies, headers and page frame',
    may: [],
    also: { i18n: 'The frame and the error page speak the language of the person.' },
  },
  telemetry: { about: 'log and metrics', may: [] },
  audit: { about: 'who did what to which thing', may: ['db'] },
  monitor: {
    about: 'security events: what in the audit log deserves attention',
    may: ['audit', 'db', 'jobs', 'mail'],
  },
  statistics: {
    about: 'numbers that are kept as things happen',
    may: ['audit', 'db'],
  },
  keys: { about: 'signing keys and sealed secrets', may: ['db'] },
  jobs: { about: 'work that repeats, and work that leaves a transaction', may: ['db'] },
  mail: {
    about: 'letters: templates, transport, the development inbox',
    may: [],
    also: {
      jobs: 'A letter is a job written in the transaction of the change it tells of.',
      db: 'Writing a letter takes the transaction of its caller.',
      i18n: 'Letters speak the language of the person.',
      http: web,
    },
  },
  limits: { about: 'how often something may be tried', may: ['kv'] },
  outgoing: { about: 'requests to addresses that somebody else chose', may: [] },
  workers: {
    about: 'several processes behind one port, and the one that looks after them',
    may: ['config', 'kv', 'limits'],
  },
  identity: {
    about: 'accounts: sign-up, passwords, recovery, profile, life cycle, import',
    may: [...state, 'jobs'],
    also: { mail: 'Changes of an account write letters in their own transaction.' },
  },
  access: { about: 'roles', may: state },
  'api-keys': {
    about: 'keys that people make for their programs',
    may: [...state, 'access', 'identity', 'jobs'],
    also: { mail: 'A new key and one that ends soon write letters in their own transaction.' },
  },
  clients: {
    about: 'applications and what people allowed them',
    may: state,
    also: {
      mfa: 'The metadata of a client says how much a second factor matters to it.',
      keys: 'A secret that proofs are made with is kept sealed.',
      outgoing: 'Keys and metadata of clients are read from addresses that they name.',
    },
  },
  session: {
    about: 'browser sessions, devices and refresh-token families',
    may: [...state, 'jobs'],
    also: {
      mfa: 'A session records what its person has proved.',
      mail: 'Signing in on a new device writes a letter in the same transaction.',
    },
  },
  mfa: {
    about: 'second factors, how sure they make us, and the policy that asks for them',
    may: [...state, 'keys'],
    also: {
      jobs: 'Letters are jobs; its types name the queue.',
      mail: 'Changes of factors write letters in their own transaction.',
    },
  },
  flow: {
    about: 'one journey of a browser through sign-in and consent',
    may: ['clients', 'kv', 'mfa', 'session'],
    also: {
      audit: 'Allowing consent is audited with where the answer came from.',
      db: 'Allowing consent writes the consent and takes the queries of its caller for it.',
    },
  },
  oauth: {
    about: 'the OAuth 2.0 and OpenID Connect protocol',
    may: domain,
    also: { http: web },
  },
  login: {
    about: 'the hosted pages and their one dispatcher',
    may: [...state, 'flow', 'identity', 'limits', 'mfa', 'session'],
    also: {
      http: web,
      i18n: words,
      mail: 'Recovery and sign-up write letters.',
      clients: 'The consent page shows the name and the links of a client.',
    },
  },
  account: {
    about: 'the JSON API of first-party applications',
    may: [...domain, 'oauth'],
    also: {
      http: web,
      login: 'The API also accepts the browser session of our own pages, which login reads.',
    },
  },
  admin: {
    about: 'the administration API and the first start',
    may: [...domain, 'oauth'],
    also: { http: web, account: 'Who calls is found out in one place, `principalOf`.' },
  },
  evaluation: {
    about: 'the decision API for applications (AuthZEN)',
    may: ['access', 'db'],
    also: {
      http: web,
      account: 'Who asks is found out in one place, `findCaller`.',
    },
  },
  app: {
    about:
      'the wiring: app.ts, parts.ts, accounts.ts, shared.ts, surfaces.ts, schedule.ts, sweeps.ts',
    may: [
      ...domain,
      'account',
      'admin',
      'evaluation',
      'config',
      'http',
      'outgoing',
      'login',
      'oauth',
      'telemetry',
    ],
  },
  cli: {
    about: 'the commands',
    may: [...domain, 'app', 'config', 'telemetry', 'workers'],
    also: { oauth: 'Resources that tokens may be for are registered at the terminal, too.' },
  },
  main: { about: 'the door of the command line', may: ['cli'] },
}

/** The files directly in `src/` by the module they belong to; `config-*.ts` is of `config` too. */
export const rootFiles: Readonly<Record<string, string>> = {
  'app.ts': 'app',
  'surfaces.ts': 'app',
  'accounts.ts': 'app',
  'parts.ts': 'app',
  'shared.ts': 'app',
  'schedule.ts': 'app',
  'sweeps.ts': 'app',
  'audit-log.ts': 'app',
  'monitoring.ts': 'app',
  'main.ts': 'main',
  'config.ts': 'config',
}

/** The table as Markdown. */
export function moduleTableMarkdown(): string {
  const rows = Object.entries(moduleTable).map(([name, { about, may, also = {} }]) => {
    const doors = [...new Set(may), ...Object.keys(also).map((extra) => `${extra}*`)].sort()
    return `| ${name} | ${about} | ${doors.join(', ') || '-'} |`
  })
  const head = '| module | what it is for | may import, besides base |\n|---|---|---|'
  return `${head}\n${rows.join('\n')}\n\n\\* beyond the plan; [why](decisions/0003-import-table.md).\n`
}
