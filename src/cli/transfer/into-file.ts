import { chmodSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open, rm } from 'node:fs/promises'
import { UsageError } from '../command.ts'

type Write = (text: string) => Promise<void>

/** Only its owner may read it, and half a file does not stay. */
export async function intoFile(
  path: string,
  force: boolean,
  work: (write: Write) => Promise<number>,
): Promise<number> {
  const file = await create(path, force)
  try {
    const count = await work((piece) => file.appendFile(piece))
    await file.close()
    return count
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw error
  }
}

async function create(path: string, force: boolean): Promise<FileHandle> {
  try {
    const file = await open(path, force ? 'w' : 'wx', 0o600)
    // A file that is replaced keeps its old mode otherwise.
    chmodSync(path, 0o600)
    return file
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (exists) throw new UsageError(`${path} exists; --force replaces it.`)
    throw new UsageError(`${path} cannot be written: ${String(error)}`)
  }
}
