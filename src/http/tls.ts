import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import type { ServerOptions } from 'node:https'
import { createServer } from 'node:https'
import type { Server as TlsServer } from 'node:tls'

export type TlsNeeds = {
  readonly certFile: string
  readonly keyFile: string
  /** Whether clients are asked for a certificate; none is demanded here. */
  readonly requestCertificates: boolean
  /** Authorities (PEM) whose certificates authenticate clients; may be empty. */
  readonly authorities: string
  /** A new certificate was put in place, or could not be read. */
  readonly onChange: (error?: unknown) => void
  /** Milliseconds between two looks at the files. */
  readonly lookEvery?: number
}

/**
 * RFC 9325 (BCP 195) section 4.2 and FAPI 2.0 Security Profile section 5.2: for TLS 1.2 only ephemeral keys
 * and authenticated encryption. TLS 1.3 has nothing else.
 */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':')

export type TlsListener = {
  readonly open: (handler: RequestListener) => Server
  readonly close: () => void
}

/** A listener of our own for TLS; it follows its files, so that a renewed certificate needs no restart. */
export function createTlsListener(needs: TlsNeeds): TlsListener {
  const servers: TlsServer[] = []
  const files = [needs.certFile, needs.keyFile]
  const { lookEvery: interval = 10_000 } = needs
  const renew = () => {
    try {
      const context = secureContext(needs)
      for (const server of servers) server.setSecureContext(context)
      needs.onChange()
    } catch (error) {
      // The pair may be half written; the next look finds both.
      needs.onChange(error)
    }
  }
  // Not persistent: it must not keep a process alive.
  for (const file of files) watchFile(file, { persistent: false, interval }, renew)
  return {
    open(handler) {
      const server = createServer(
        {
          ...secureContext(needs),
          requestCert: needs.requestCertificates,
          // Who must have a certificate is a matter of the client, which is known later.
          rejectUnauthorized: false,
          ALPNProtocols: ['http/1.1'],
        },
        handler,
      )
      servers.push(server)
      return server
    },
    close() {
      for (const file of files) unwatchFile(file, renew)
    },
  }
}

function secureContext({ certFile, keyFile, authorities }: TlsNeeds): ServerOptions {
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.2',
    ciphers,
    honorCipherOrder: true,
    ...(authorities !== '' && { ca: authorities }),
  }
}

/** The certificates (PEM) of a file; nothing where none is named. */
export function readPem(file: string): string {
  return file === '' ? '' : readFileSync(file, 'utf8')
}
