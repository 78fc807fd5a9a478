import { Client } from 'pg'

/** Reads the database behind the server's back. */
export async function rows(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

/** Every row of every table as text, with bytes both in hex and as they are. */
export async function dump(url: string): Promise<string[]> {
  const tables = await rows(
    url,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  const all: string[] = []
  for (const { name } of tables) {
    for (const row of await rows(url, `SELECT * FROM "${String(name)}"`)) {
      for (const [column, value] of Object.entries(row)) {
        const texts = Buffer.isBuffer(value)
          ? [value.toString('latin1'), value.toString('hex'), value.toString('base64url')]
          : [typeof value === 'string' ? value : (JSON.stringify(value) ?? '')]
        for (const text of texts) all.push(`${String(name)}.${column}: ${text}`)
      }
    }
  }
  return all
}
