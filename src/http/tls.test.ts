import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import type { Certificate } from '../../test/harness/certificate.ts'
import { makeCertificate } from '../../test/harness/certificate.ts'
import { createTlsListener } from './tls.ts'

test('a renewed certificate is shown without a restart, a broken one is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-tls-'))
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const put = ({ cert, key }: Certificate) => {
    writeFileSync(keyFile, key)
    writeFileSync(certFile, cert)
  }
  const [first, second] = [makeCertificate(), makeCertificate()]
  put(first)
  const outcomes: unknown[] = []
  const seen = Promise.withResolvers<void>()
  const listener = createTlsListener({
    certFile,
    keyFile,
    requestCertificates: false,
    authorities: '',
    lookEvery: 20,
    onChange: (error) => {
      outcomes.push(error)
      if (error === undefined) seen.resolve()
    },
  })
  const server = listener.open((_request, response) => response.end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const shows = async ({ cert }: Certificate) => {
    const socket = connect({ host: '127.0.0.1', port, ca: cert, servername: 'localhost' })
    const shown = await once(socket, 'secureConnect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    return shown
  }
  try {
    assert.deepEqual([await shows(first), await shows(second)], [true, false])
    put(second)
    await seen.promise
    assert.deepEqual([await shows(first), await shows(second)], [false, true])
    const before = outcomes.length
    writeFileSync(certFile, 'nonsense')
    while (outcomes.length === before) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.ok(outcomes.at(-1) instanceof Error)
    assert.ok(await shows(second), 'the one before goes on')
  } finally {
    listener.close()
    server.close()
    rmSync(folder, { recursive: true })
  }
})
