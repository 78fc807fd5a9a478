import type { SmtpSettings } from './smtp.ts'
import type { Transport } from './transport.ts'

/** The library is loaded only where there is a mail server: it costs some 20 MB of memory. */
export async function openSmtpTransport(settings: SmtpSettings): Promise<Transport> {
  const { createSmtpTransport } = await import('./smtp.ts')
  return createSmtpTransport(settings)
}
