import type { ClientConfig } from 'pg'
import { Client } from 'pg'
import { watchReplication } from './replication.ts'

/** One connection that carries many statements at a time and is replaced when it is lost. */
export type Lane = {
  /** The open connection, opening it first where necessary. */
  readonly ready: () => Client | Promise<Client>
  readonly isOpen: () => boolean
  /** Lets go of a connection that is of no more use; statements under way may finish. */
  readonly retire: (client: Client) => void
  readonly close: () => Promise<void>
}

export function createLane(config: ClientConfig, onError: (error: Error) => void): Lane {
  let current: Client | undefined
  let opening: Promise<Client> | undefined
  let closed = false

  function forget(client: Client): void {
    if (current === client) current = undefined
  }

  async function open(): Promise<Client> {
    const client = new Client(config)
    watchReplication(client)
    client.on('error', (error) => {
      forget(client)
      onError(error)
    })
    client.once('end', () => forget(client))
    await client.connect()
    current = client
    return client
  }

  return {
    ready() {
      if (current !== undefined) return current
      if (closed) throw new Error('the database is closed')
      opening ??= open().finally(() => {
        opening = undefined
      })
      return opening
    },
    isOpen: () => current !== undefined,
    retire(client) {
      forget(client)
      client.end().catch(onError)
    },
    async close() {
      closed = true
      await opening?.catch(() => undefined)
      await current?.end()
    },
  }
}
