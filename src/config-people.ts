import { Type } from 'typebox'
import { boolean, choice, duration, integer, readUrl, text } from './config-setting.ts'

export const password = Type.Object(
  {
    minLength: integer(8, { least: 8, most: 64 }, 'Shortest password, in characters.'),
    argon2MemoryKib: integer(
      19_456,
      { least: 8, most: 4_194_304 },
      'Memory of one Argon2id hash in KiB; old hashes are renewed at the next login.',
    ),
    argon2Iterations: integer(2, { least: 1, most: 100 }, 'Passes of Argon2id over its memory.'),
    argon2Parallelism: integer(1, { least: 1, most: 64 }, 'Lanes of one Argon2id hash.'),
    hashConcurrency: integer(
      0,
      { least: 0, most: 1024 },
      'Hashes at a time, per process; 0 is one per core.',
    ),
    hashQueue: integer(64, { least: 0, most: 100_000 }, 'Hashes that may wait; then 503.'),
    minStrength: integer(
      2,
      { least: 0, most: 4 },
      'Least estimated strength of a new password (zxcvbn score); 0 switches the estimate off.',
    ),
    minClasses: integer(
      0,
      { least: 0, most: 4 },
      'Classes a new password must mix (lower case, upper case, digits, others); not advised.',
    ),
    history: integer(0, { least: 0, most: 24 }, 'Former passwords that may not come back.'),
    breachedFile: text(
      '',
      'Sorted file of SHA-1 digests of breached passwords (HASH or HASH:COUNT).',
    ),
    breachedUrl: text(
      '',
      'Range service (k-anonymity) for breached passwords; 5 hex digits are appended.',
      {
        type: 'https:// address',
        check: readUrl('https:', 'http:'),
      },
    ),
    breachedTimeout: duration('1s', 'Wait for the range service; then the password is accepted.', {
      most: '30s',
    }),
  },
  { description: 'How passwords are checked and stored.' },
)

export const registration = Type.Object(
  {
    mode: choice(
      ['open', 'invitation', 'closed'],
      'closed',
      'Who may create an account: every visitor, who was invited, or nobody.',
    ),
    verifyEmail: boolean(
      true,
      'Make the account only when its email address is proved; otherwise at once, without proof.',
    ),
    linkLifetime: duration('1h', 'Time to follow the link in a registration mail.', { most: '7d' }),
    invitationLifetime: duration('7d', 'Life of an invitation.', { most: '90d' }),
    termsVersion: text(
      '',
      'Version of the terms that a new account must accept; empty asks for none.',
    ),
    termsUrl: text('', 'Where the terms can be read.', {
      type: 'https:// address',
      check: readUrl('https:', 'http:'),
    }),
    privacyUrl: text('', 'Where the privacy notice can be read.', {
      type: 'https:// address',
      check: readUrl('https:', 'http:'),
    }),
  },
  { description: 'Sign-up.' },
)

export const session = Type.Object(
  {
    idleLifetime: duration('1d', 'A browser session ends after this time without use.'),
    absoluteLifetime: duration('30d', 'A browser session ends after this time in any case.'),
    unrememberedLifetime: duration(
      '12h',
      'A session whose person did not ask to be remembered ends after this time in any case.',
    ),
    freshLifetime: duration('15m', 'Sensitive changes ask for the password again after this time.'),
    placeFile: text('', 'MaxMind database (mmdb) for the approximate place of a session.'),
    apiAccessLifetime: duration('10m', 'Life of an access token of the first-party API.'),
    apiRefreshLifetime: duration('30d', 'Life of a refresh token of the first-party API.'),
  },
  { description: 'Sessions of people.' },
)

export const account = Type.Object(
  {
    recoveryLifetime: duration('30m', 'Life of a link that resets a password.', { most: '24h' }),
    codeLifetime: duration('10m', 'Life of a 6-digit code sent by mail.', { most: '10m' }),
    deletionGrace: duration('14d', 'Time in which the deletion of an account can be taken back.', {
      least: '0s',
    }),
  },
  { description: 'What people do with their accounts.' },
)

export const mail = Type.Object(
  {
    url: text('', 'SMTP server, such as smtp://user:password@mail.example.com:587.', {
      secret: true,
      type: 'smtp:// or smtps:// address',
      check: readUrl('smtp:', 'smtps:'),
    }),
    from: text('Cardea <no-reply@localhost>', 'Sender of all mails.'),
    starttls: choice(
      ['required', 'opportunistic'],
      'required',
      'Whether a smtp:// server must offer STARTTLS; smtps:// is TLS from the start.',
    ),
    timeout: duration('20s', 'The mail server must answer within this time.', { most: '5m' }),
    perRecipientHourly: integer(
      10,
      { least: 1, most: 10_000 },
      'Mails that one address gets in an hour; further ones are dropped and counted.',
    ),
    attempts: integer(8, { least: 1, most: 50 }, 'Attempts at a mail before it is a dead letter.'),
    keepDead: duration('30d', 'How long dead letters are kept.'),
  },
  { description: 'Mail. Without a server, development shows all mails at /dev/mail.' },
)

export const limits = Type.Object(
  {
    enabled: boolean(true, 'Limit how often something may be tried.'),
    loginPerAddress: integer(
      60,
      { least: 1, most: 1_000_000 },
      'Logins a minute from one address.',
    ),
    publicPerAddress: integer(
      20,
      { least: 1, most: 1_000_000 },
      'Registrations, recoveries and codes in ten minutes from one address.',
    ),
    recoveryPerAccount: integer(
      5,
      { least: 1, most: 1000 },
      'Recovery mails an hour for one account.',
    ),
    global: integer(
      600,
      { least: 1, most: 10_000_000 },
      'Registrations and recoveries a minute on the whole installation.',
    ),
    clientFailures: integer(
      30,
      { least: 1, most: 1_000_000 },
      'Failed client authentications a minute by one client from one address.',
    ),
    factorFailures: integer(
      50,
      { least: 5, most: 100 },
      'Wrong codes of one factor of one account in a day, from one known device or from all others together; then another factor is needed.',
    ),
    freeFailures: integer(
      5,
      { least: 1, most: 100 },
      'Wrong passwords for one account before each further attempt must wait longer.',
    ),
    longestDelay: duration('1m', 'Longest wait between two attempts at one account.', {
      most: '1h',
    }),
    stuffingAccounts: integer(
      20,
      { least: 2, most: 100_000 },
      'Accounts that fail from one network in ten minutes before it counts as credential stuffing.',
    ),
    notifyAfter: integer(
      10,
      { least: 1, most: 10_000 },
      'Wrong passwords for one account before its owner is told by mail, once a day.',
    ),
    challenge: choice(
      ['off', 'suspicious', 'always'],
      'off',
      'Proof of work on public forms: never, from suspicious networks, or always.',
    ),
    challengeCost: integer(
      50_000,
      { least: 1000, most: 10_000_000 },
      'Mean number of hashes that a proof of work takes.',
    ),
  },
  { description: 'Limits against abuse. They are shared between processes by Redis.' },
)

export const mfa = Type.Object(
  {
    relyingParty: text(
      '',
      'Domain that passkeys belong to; the host of CARDEA_PUBLIC_URL or a parent of it, which is taken if empty.',
    ),
  },
  {
    description:
      'Second factors. What they are asked for is a policy, which administrators change while the server runs.',
  },
)
