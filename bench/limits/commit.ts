/** One row and its commit in PostgreSQL, on so many connections: `node commit.ts <milliseconds> <connections> <url>`. */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { printRate } from './clock.ts'

const [, , ms, count, url] = process.argv
const clients = Array.from({ length: Number(count) }, () => new Client({ connectionString: url }))
await Promise.all(clients.map((client) => client.connect()))
await clients[0]?.query(
  'CREATE TABLE IF NOT EXISTS limit_rows (id uuid PRIMARY KEY, at timestamptz, content text)',
)
const content = 'x'.repeat(100)
const free = [...clients]
await printRate(Number(ms), clients.length, async () => {
  const client = free.pop()
  if (client === undefined) throw new Error('no connection is free')
  const text = 'INSERT INTO limit_rows VALUES ($1, now(), $2)'
  await client.query({ name: 'insert', text, values: [randomUUID(), content] })
  free.push(client)
})
await Promise.all(clients.map((client) => client.end()))
