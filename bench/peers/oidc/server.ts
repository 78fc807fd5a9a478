/** oidc-provider in a process of its own: `node bench/peers/oidc/server.ts <port> <file of keys> [database URL]`. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import { MemoryAdapter } from './memory-adapter.ts'
import { postgresAdapter } from './postgres-adapter.ts'
import { settings } from './settings.ts'

const [port = '', keys = '', database] = process.argv.slice(2)
const adapter = database === undefined ? MemoryAdapter : await postgresAdapter(database)
const jwks: unknown = JSON.parse(readFileSync(keys, 'utf8'))
const provider = new Provider(`http://localhost:${port}`, { ...settings, adapter, jwks })
const server = createServer(provider.callback())
server.keepAliveTimeout = 60_000
server.listen(Number(port), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
