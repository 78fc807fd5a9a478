/**
 * better-auth with its OAuth provider, in a process of its own:
 * `node bench/peers/better-auth/server.ts <port> <database URL> [migrate]`.
 */
import { createServer } from 'node:http'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { settings } from './settings.ts'

const [port = '', database = '', mode] = process.argv.slice(2)
const options = settings({ url: `http://localhost:${port}`, database })
if (mode === 'migrate') await (await getMigrations(options)).runMigrations()
const answer = toNodeHandler(betterAuth(options))
const server = createServer((request, response) => void answer(request, response))
server.keepAliveTimeout = 60_000
server.listen(Number(port), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
