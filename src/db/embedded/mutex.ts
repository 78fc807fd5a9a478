import { createServer } from 'node:net'
import { sha256 } from '../../base/index.ts'

/**
 * Runs `work` unless another process is doing so for the same name; undefined if one is. The lock is
 * an abstract socket, which ends with the process and leaves nothing behind. Only Linux has those.
 */
export async function whileAlone<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
  if (process.platform !== 'linux') return await work()
  const server = createServer((socket) => socket.destroy())
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('listening', () => resolve(true))
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(`\0cardea-start-${sha256(name).toString('hex', 0, 16)}`)
  })
  if (!taken) return undefined
  try {
    return await work()
  } finally {
    server.close()
  }
}
