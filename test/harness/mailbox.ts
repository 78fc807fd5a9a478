import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { callbackify } from 'node:util'
import PostalMime from 'postal-mime'
import type { SMTPServerSession } from 'smtp-server'
import { SMTPServer } from 'smtp-server'
import type { Certificate } from './certificate.ts'
import { makeCertificate } from './certificate.ts'

export type ReceivedLetter = {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  /** The first address in the text. */
  readonly link?: string
  /** The 6-digit code, which stands on a line of its own. */
  readonly code?: string
  /** Whether it came over TLS, and as whom the server signed in. */
  readonly secure: boolean
  readonly user?: string
}

export type Mailbox = {
  /** For CARDEA_MAIL_URL. */
  readonly url: string
  /** Its certificate, for whoever wants to trust it. */
  readonly cert: string
  readonly letters: () => readonly ReceivedLetter[]
  /** The next letter to an address that was not asked for before; waits for it. */
  readonly next: (to: string, subjectPart?: string) => Promise<ReceivedLetter>
  readonly close: () => Promise<void>
}

type Options = {
  /** Makes AUTH necessary. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Whether it offers STARTTLS, or speaks TLS from the start; with a certificate that nobody trusts. */
  readonly tls?: 'none' | 'starttls' | 'implicit'
  /** The code and words of a refusal, by recipient; undefined accepts. */
  readonly refuse?: (to: string) => readonly [code: number, words: string] | undefined
}

const longestWait = 10_000

/** A real mail server on a port of its own that keeps what it is given. */
export async function createMailbox(options: Options = {}): Promise<Mailbox> {
  const letters: ReceivedLetter[] = []
  const taken = new Set<ReceivedLetter>()
  const { key, cert } = makeCertificate()
  const server = listener({ ...options, key, cert }, letters)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const { user = '', password = '' } = options.login ?? {}
  const login = user && `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`

  const next = async (to: string, subjectPart = ''): Promise<ReceivedLetter> => {
    const deadline = performance.now() + longestWait
    while (performance.now() < deadline) {
      const found = letters.find(
        (one) => !taken.has(one) && one.to === to && one.subject.includes(subjectPart),
      )
      if (found) {
        taken.add(found)
        return found
      }
      await sleep(10)
    }
    const had = letters.map((one) => `${one.to}: ${one.subject}`).join('\n')
    throw new Error(`no letter to ${to} about "${subjectPart}"; there were:\n${had}`)
  }
  return {
    cert,
    url: `${options.tls === 'implicit' ? 'smtps' : 'smtp'}://${login}127.0.0.1:${port}`,
    letters: () => [...letters],
    next,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function listener(options: Options & Certificate, letters: ReceivedLetter[]) {
  const { login, tls = 'none', refuse, key, cert } = options
  const server = new SMTPServer({
    key,
    cert,
    secure: tls === 'implicit',
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    logger: false,
    closeTimeout: 500,
    onAuth(auth, _session, callback) {
      if (auth.username === login?.user && auth.password === login?.password) {
        callback(null, { user: auth.username })
      } else callback(refusal(535, '5.7.8 no'))
    },
    onRcptTo({ address }, _session, callback) {
      const refused = refuse?.(address)
      callback(refused && refusal(...refused))
    },
    onData: callbackify(async (stream: AsyncIterable<Buffer>, session: SMTPServerSession) => {
      letters.push(...(await read(stream, session)))
    }),
  })
  // A client that leaves in the middle, as one does that trusts no certificate, is no trouble of ours.
  server.on('error', () => undefined)
  return server
}

function refusal(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode })
}

/** One for each recipient of the envelope. */
async function read(
  stream: AsyncIterable<Buffer>,
  session: SMTPServerSession,
): Promise<ReceivedLetter[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const mail = await PostalMime.parse(Buffer.concat(chunks))
  const { mailFrom, rcptTo } = session.envelope
  const text = mail.text ?? ''
  const link = /https?:\/\/\S*[^\s.,]/.exec(text)?.[0]
  const code = /^\s*(\d{6})\s*$/m.exec(text)?.[1]
  const letter = {
    from: mailFrom === false ? '' : mailFrom.address,
    subject: mail.subject ?? '',
    text,
    html: mail.html ?? '',
    headers: new Map(mail.headers.map(({ key, value }) => [key, value])),
    secure: session.secure,
    ...(typeof session.user === 'string' && { user: session.user }),
    ...(link !== undefined && { link }),
    ...(code !== undefined && { code }),
  }
  return rcptTo.map(({ address }) => ({ ...letter, to: address }))
}
