import { appendFile } from 'node:fs/promises'
import type { AuditStream } from '../follow/follower.ts'
import { recordLine } from '../record.ts'

type Write = (text: string) => Promise<void>

/** JSON lines to standard output, among the lines of the log: `"stream":"audit"` tells them apart. */
export function stdoutStream(write: Write): AuditStream {
  return {
    name: 'stream.stdout',
    from: 'now',
    write: (records) =>
      write(records.map((record) => `{"stream":"audit",${recordLine(record).slice(1)}`).join('')),
  }
}

/**
 * JSON lines at the end of a file. It is opened anew for every batch, so that it may be moved away at any
 * time; a disk that is full or a folder that is gone is a failure, which is tried again.
 */
export function fileStream(path: string): AuditStream {
  return {
    name: 'stream.file',
    from: 'now',
    write: async (records) => {
      const lines = records.map(recordLine).join('')
      await appendFile(path, lines, { mode: 0o600, flush: true })
    },
  }
}
