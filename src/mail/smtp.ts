import { createTransport } from 'nodemailer'
import addressparser from 'nodemailer/lib/addressparser'
import { hasControls } from '../base/index.ts'
import { GiveUp } from '../jobs/index.ts'
import { smtpFailure } from './smtp-failure.ts'
import type { Mail, Transport } from './transport.ts'

export type SmtpSettings = {
  /** `smtp://` or `smtps://`, with user and password percent-encoded. */
  readonly url: string
  /** `Name <address>` or an address. */
  readonly from: string
  readonly starttls: 'required' | 'opportunistic'
  /** Seconds. */
  readonly timeout: number
}

/** Sends by a mail server over a few connections that stay open between letters. */
export function createSmtpTransport(settings: SmtpSettings): Transport {
  const from = readSender(settings.from)
  const host = from.address.slice(from.address.lastIndexOf('@') + 1)
  const pool = createTransport(connection(settings))
  return {
    send: async (mail) => {
      if (!isAddress(mail.to)) throw new GiveUp('the recipient is no address')
      try {
        await pool.sendMail({
          ...content(mail),
          from,
          messageId: `<${mail.id}@${host}>`,
          // A server that trickles its answers is noticed by no timeout of a socket.
          signal: AbortSignal.timeout(3 * settings.timeout * 1000),
        })
      } catch (error) {
        throw smtpFailure(error)
      }
    },
    close: () => pool.close(),
  }
}

/** Addresses are objects: a text would be parsed, and could name more recipients than one. */
function content({ to, subject, text, html, locale }: Mail) {
  return {
    to: { name: '', address: to },
    subject,
    text,
    html,
    headers: {
      // RFC 3834 section 5: no holiday notice answers this.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': locale,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function connection({ url, starttls, timeout }: SmtpSettings) {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const strict = secure || starttls === 'required'
  const user = decodeURIComponent(username)
  const pass = decodeURIComponent(password)
  const millis = timeout * 1000
  return {
    pool: true as const,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && strict,
    opportunisticTLS: !strict,
    // RFC 7435: encryption that is only wished for asks for no proof; everything else is verified.
    tls: { rejectUnauthorized: strict, minVersion: 'TLSv1.2' as const },
    ...(user !== '' && { auth: { user, pass } }),
    connectionTimeout: millis,
    greetingTimeout: millis,
    socketTimeout: millis,
    dnsTimeout: millis,
    maxConnections: 4,
    // The queue tries again, later and with the right count.
    maxRequeues: 1,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function readSender(from: string): { name: string; address: string } {
  const [mailbox, ...others] = addressparser(from, { flatten: true })
  if (mailbox === undefined || others.length > 0 || !isAddress(mailbox.address)) {
    throw new Error('the sender of mails (CARDEA_MAIL_FROM) is not one address')
  }
  return mailbox
}

function isAddress(text: string): boolean {
  return /^[^\s<>]+@[^\s<>@]+$/.test(text) && !hasControls(text) && text.length <= 320
}
