/** A letter in its final words, ready to leave. */
export type Mail = {
  /** The id of its job: the same at every attempt, so that a repeated delivery can be recognised. */
  readonly id: string
  readonly to: string
  readonly locale: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The way out. `send` fails with `GiveUp` when this letter will never be taken. */
export type Transport = {
  readonly send: (mail: Mail) => Promise<void>
  readonly close: () => void
}

/** For production without a mail server: letters wait, and say why, until there is one. */
export const noTransport: Transport = {
  send: () => Promise.reject(new Error('no mail server is configured (CARDEA_MAIL_URL)')),
  close: () => undefined,
}
