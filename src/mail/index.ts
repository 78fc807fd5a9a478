/**
 * mail: the letters that the server writes.
 * Owns no table: a letter is a job, written in the transaction of the change it tells of and sent after
 * it. Promises text and HTML in the language of its reader, without anything that is fetched from
 * elsewhere or tells that a letter was read. Never decides whether a letter is due.
 */
export type { Inbox, InboxMail } from './inbox/inbox.ts'
export { createInbox } from './inbox/inbox.ts'
export { inboxRoutes } from './inbox/inbox-routes.ts'
export type { Happening, Letter, Letters, Template } from './letter.ts'
export type { MailOutcome } from './mail-handler.ts'
export { mailHandler } from './mail-handler.ts'
export { openSmtpTransport } from './open-smtp.ts'
export type { Sender } from './render/render-letter.ts'
export type { SmtpSettings } from './smtp.ts'
export type { Mail, Transport } from './transport.ts'
export { noTransport } from './transport.ts'
export { letterJob, writeLetter } from './write-letter.ts'
